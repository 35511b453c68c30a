import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
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

/** The schema of the subgraph in this folder, as it is committed. */
export function committedSchema(folder: string): GraphQLSchema {
  return buildASTSchema(parse(readFileSync(join(folder, 'schema.graphql'), 'utf8')), { assumeValidSDL: true });
}

/** The types that other subgraphs may refer to. */
export function keyedTypes(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && directive(type, 'key'))
    .map(({ name }) => name)
    .toSorted();
}

/** A field that stands at the top of an operation, or names scopes of its own. */
export interface GuardedField {
  readonly type: string;
  readonly field: string;
  /** Any one of these sets of scopes will do; undefined where the schema asks for none. */
  readonly scopes: string[][] | undefined;
  /** For services alone. */
  readonly inaccessible: boolean;
  /** Asks for it with something in the place of each argument that must be given. */
  readonly document: string;
}

/** Every such field, asked of `id` where it belongs to an entity. */
export function guardedFields(schema: GraphQLSchema, id: string): GuardedField[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => toGuarded(type.name, field, id)))
    .filter(({ type, scopes }) => scopes !== undefined || isRoot(type));
}

function toGuarded(type: string, field: GraphQLField<unknown, unknown>, id: string): GuardedField {
  const asked = directive(field, 'requiresScopes')?.arguments?.[0]?.value;
  const required = field.args.filter(({ type: each }) => isNonNullType(each));
  const given = required.map(({ name, type: each }) => `${name}: ${anyValue(each)}`).join(', ');
  const selection = `${field.name}${given && `(${given})`}${isLeafType(getNamedType(field.type)) ? '' : ' { __typename }'}`;
  return {
    type,
    field: field.name,
    scopes: asked && (valueFromASTUntyped(asked) as string[][]),
    inaccessible: directive(field, 'inaccessible') !== undefined,
    document: isRoot(type)
      ? `${type.toLowerCase()} { ${selection} }`
      : `query { _entities(representations: [{ __typename: "${type}", id: "${id}" }]) { ... on ${type} { ${selection} } } }`,
  };
}

const isRoot = (type: string): boolean => ['Query', 'Mutation'].includes(type);

function directive(
  { astNode }: { astNode?: { directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined },
  name: string,
): ConstDirectiveNode | undefined {
  return astNode?.directives?.find((each) => each.name.value === name);
}

/** Nobody, so that what is asked for and changed concerns no user. */
const nobody = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';

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
