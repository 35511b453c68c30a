import type { CodegenConfig } from '@graphql-codegen/cli';

/** Each subgraph's resolvers are typed from its committed schema; entities resolve from these domain types. */
const subgraphs: Record<string, Record<string, string>> = {
  profile: {
    User: '../../domain/user.ts#User as DomainUser',
    UserConnection: '../../domain/list-users.ts#UserList',
    CreateUsersResult: '../../domain/create-together.ts#ItemOutcome',
  },
  image: {
    Image: '../../domain/image.ts#Image as DomainImage',
    ImageConnection: '../../domain/image.ts#ImagePage',
    User: '../../domain/user.ts#UserReference',
  },
  messaging: {
    Message: '../../domain/message.ts#Message as DomainMessage',
    MessageConnection: '../message-connection.ts#MessageConnectionSource',
    PhoneNumberValidation: '../../domain/judge-phone-number.ts#PhoneNumberJudgement',
    MessageTemplate: '../../domain/template.ts#MessageTemplate as DomainTemplate',
    MessagePreview: '../../domain/preview-message.ts#MessagePreview as DomainPreview',
    User: '../../domain/user.ts#UserReference',
  },
};

/** Scalars that are the same to resolvers and to clients. */
const plainScalars = {
  JSON: 'unknown',
  URL: 'string',
  PhoneNumber: 'string',
  CountryCode: 'string',
  EmailAddress: 'string',
  Locale: 'string',
  Date: 'string',
};

/** What clients see of scalars: all of them travel as JSON texts, but for JSON itself. */
const clientScalars = {
  ID: 'string',
  DateTime: 'string',
  ...plainScalars,
  Upload: { input: 'Blob', output: 'never' },
};

/**
 * The typed client of the operations in operations/: a TypedDocumentNode for each, by the public schema. docs/CI.md says how
 * front ends use it.
 */
const client: CodegenConfig['generates'] = {
  'operations/generated/operations.ts': {
    schema: [{ 'supergraph.yaml': { loader: './supergraph/src/codegen-schema.ts' } }],
    documents: 'operations/*.graphql',
    plugins: ['typescript-operations', 'typed-document-node'],
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      scalars: clientScalars,
      strictScalars: true,
      emitLegacyCommonJSImports: false,
    },
  },
};

const resolvers: CodegenConfig['generates'] = Object.fromEntries(
  Object.entries(subgraphs).map(([name, mappers]) => [
    `subgraphs/${name}/src/resolvers/generated/schema.ts`,
    {
      schema: [`subgraphs/${name}/schema.graphql`],
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        federation: true,
        contextType: '../context.ts#Context',
        mappers,
        enumsAsTypes: true,
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
        importExtension: '',
        avoidOptionals: { field: false, inputValue: false },
        scalars: {
          DateTime: { input: 'Date', output: 'Date' },
          ...plainScalars,
          Upload: { input: 'Promise<unknown>', output: 'never' },
        },
      },
    },
  ]),
);

const config: CodegenConfig = { generates: { ...resolvers, ...client } };

export default config;
