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

const config: CodegenConfig = {
  generates: Object.fromEntries(
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
            JSON: 'unknown',
            URL: 'string',
            PhoneNumber: 'string',
            CountryCode: 'string',
            EmailAddress: 'string',
            Locale: 'string',
            Upload: { input: 'Promise<unknown>', output: 'never' },
          },
        },
      },
    ]),
  ),
};

export default config;
