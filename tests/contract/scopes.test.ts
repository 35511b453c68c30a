import { expect, test } from '@jest/globals';
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import { openAtrium } from '../support/atrium.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { committedSdl, type Subgraph, subgraphs } from '../support/schemas.ts';
import { asClient, everyScope } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const { id: userId } = await openAtrium(system).newUser(newPerson());
/** What is asked for and changed at the top of an operation: nobody, so that the user above stays as they are. */
const nobody = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';

interface Place {
  subgraph: Subgraph;
  type: string;
  field: string;
  /** Any one of these sets of scopes will do; undefined where the schema asks for none. */
  scopes: string[][] | undefined;
  inaccessible: boolean;
  document: string;
}

const directive = (field: GraphQLField<unknown, unknown>, name: string): ConstDirectiveNode | undefined =>
  field.astNode?.directives?.find((each) => each.name.value === name);

/** Every field that stands at the top of an operation, or names scopes of its own, as the schemas have it. */
const places: Place[] = subgraphs.flatMap((subgraph) => {
  const schema = buildASTSchema(parse(committedSdl(subgraph)), { assumeValidSDL: true });
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => toPlace(subgraph, type.name, field)))
    .filter(({ type, scopes }) => scopes !== undefined || ['Query', 'Mutation'].includes(type));
});

function toPlace(subgraph: Subgraph, type: string, field: GraphQLField<unknown, unknown>): Place {
  const asked = directive(field, 'requiresScopes')?.arguments?.[0]?.value;
  const required = field.args.filter(({ type: each }) => isNonNullType(each));
  const given = required.map(({ name, type: each }) => `${name}: ${anyValue(each)}`).join(', ');
  const selection = `${field.name}${given && `(${given})`}${isLeafType(getNamedType(field.type)) ? '' : ' { __typename }'}`;
  const entity = `query { _entities(representations: [{ __typename: "${type}", id: "${userId}" }]) { ... on ${type} { ${selection} } } }`;
  return {
    subgraph,
    type,
    field: field.name,
    scopes: asked && (valueFromASTUntyped(asked) as string[][]),
    inaccessible: directive(field, 'inaccessible') !== undefined,
    document: ['Query', 'Mutation'].includes(type) ? `${type.toLowerCase()} { ${selection} }` : entity,
  };
}

/** Something that fits the type; that it means nothing does not matter to who is refused before it is read. */
function anyValue(type: GraphQLInputType): string {
  if (isNonNullType(type)) return anyValue(type.ofType);
  if (isListType(type)) return '[]';
  if (type.name === 'ID') return `"${nobody}"`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (type.name === 'Int') return '1';
  if (type.name === 'DateTime') return '"2026-11-24T09:30:00Z"';
  if (!isInputObjectType(type)) return '"x"';
  const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  return `{ ${required.map(({ name, type: each }) => `${name}: ${anyValue(each)}`).join(', ')} }`;
}

const codesWith = async ({ subgraph, document }: Place, scopes: string[]): Promise<string[]> => {
  const { errors } = await asClient(system, subgraph, document, {}, scopes);
  return errors.map(({ extensions }) => extensions.code);
};

const scoped = places.filter(({ scopes }) => scopes);
const unscoped = places.filter(({ scopes }) => !scopes);

test('the schemas were read', () => {
  expect(scoped.length).toBeGreaterThanOrEqual(10);
});

test('only the judgement of a phone number needs no scope, and what is for services names none', () => {
  expect(unscoped.filter(({ inaccessible }) => !inaccessible).map(({ field }) => field)).toEqual([
    'validatePhoneNumber',
  ]);
});

test.each(scoped)(
  '$subgraph refuses $field of $type to who has every scope but those that its schema names',
  async (place) => {
    const named = place.scopes?.flat() ?? [];
    expect(named.filter((scope) => !everyScope.includes(scope))).toEqual([]);
    const others = everyScope.filter((scope) => !named.includes(scope));
    expect(await codesWith(place, others)).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
  },
);

test.each(scoped)('$subgraph gives $field of $type to who has the scopes that its schema names', async (place) => {
  // A field of a user is reached through the user, whom Profile shows with profile:read.
  const way = place.subgraph === 'profile' && place.type === 'User' ? ['profile:read'] : [];
  for (const set of place.scopes ?? []) {
    expect(await codesWith(place, [...set, ...way])).not.toContain('UNAUTHORIZED_FIELD_OR_TYPE');
  }
});
