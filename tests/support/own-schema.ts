import {
  buildASTSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import { committedSdl, type Subgraph, subgraphs } from './schemas.ts';

/** A field of Query or Mutation in a subgraph's committed schema. */
export interface RootField {
  readonly name: string;
  readonly subgraph: Subgraph;
  readonly kind: 'query' | 'mutation';
  /** Whether it is for sister services and no part of the public graph. */
  readonly isForServices: boolean;
  readonly field: GraphQLField<unknown, unknown>;
}

/** Every operation there is: all root fields of all subgraphs, those for sister services included. */
export function rootFields(): RootField[] {
  return subgraphs.flatMap((subgraph) => {
    const schema = schemaOf(subgraph);
    return (['query', 'mutation'] as const).flatMap((kind) => {
      const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
      return Object.values(type?.getFields() ?? {}).map((field) => ({
        ...{ name: field.name, subgraph, kind, field },
        isForServices: field.astNode?.directives?.some(({ name }) => name.value === 'inaccessible') ?? false,
      }));
    });
  });
}

/** The fields with arguments that are no root fields, as Type.field. */
export function nestedFieldsWithArguments(): string[] {
  return subgraphs.flatMap((subgraph) => {
    const schema = schemaOf(subgraph);
    const roots = [schema.getQueryType(), schema.getMutationType()];
    return Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type))
      .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : []))
      .filter(({ field }) => field.args.length > 0)
      .map(({ type, field }) => `${type.name}.${field.name}`);
  });
}

/** The way to a value of an input, and the name of its type. */
export interface InputPlace {
  readonly path: readonly (string | number)[];
  readonly type: string;
}

/** Everywhere that a single value goes in a field's arguments; of a list, its first item. */
export function inputPlaces(field: GraphQLField<unknown, unknown>): InputPlace[] {
  return field.args.flatMap(({ name, type }) => placesIn(type, [name]));
}

function placesIn(type: GraphQLInputType, path: (string | number)[]): InputPlace[] {
  if (isNonNullType(type)) return placesIn(type.ofType, path);
  if (isListType(type)) return placesIn(type.ofType, [...path, 0]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) => placesIn(field.type, [...path, field.name]));
  }
  return [{ path, type: type.name }];
}

/** A document that asks for a root field with all of its arguments as variables, and for the leaves near it. */
export function documentOf({ kind, field }: Pick<RootField, 'kind' | 'field'>): string {
  const given = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const taken = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const inBrackets = (text: string) => (text ? `(${text})` : '');
  return `${kind} Asked${inBrackets(given)} { ${field.name}${inBrackets(taken)} ${leavesOf(field, 3)} }`;
}

/** The same with a value written into the text. */
export function literalDocumentOf({ kind, field }: Pick<RootField, 'kind' | 'field'>, values: object): string {
  const taken = field.args
    .filter(({ name }) => name in values)
    .map(({ name, type }) => `${name}: ${literal((values as Record<string, unknown>)[name], type)}`)
    .join(', ');
  return `${kind} { ${field.name}${taken ? `(${taken})` : ''} ${leavesOf(field, 3)} }`;
}

function literal(value: unknown, type: GraphQLInputType): string {
  if (value == null) return 'null';
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (Array.isArray(value)) {
    const inner = isListType(type) ? type.ofType : type;
    return `[${value.map((item) => literal(item, inner)).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const fields = isInputObjectType(type) ? type.getFields() : {};
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([name, item]) => `${name}: ${literal(item, fields[name]?.type ?? type)}`).join(', ')}}`;
  }
  const isEnum = getNamedType(type).astNode?.kind === Kind.ENUM_TYPE_DEFINITION;
  return isEnum && typeof value === 'string' && /^[A-Z_]+$/.test(value) ? value : JSON.stringify(value);
}

function leavesOf(field: GraphQLField<unknown, unknown>, depth: number): string {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return '';
  if (!isObjectType(type) || depth === 0) return '{ __typename }';
  const chosen = Object.values(type.getFields()).filter(
    (inner) => inner.args.length === 0 && (isLeafType(getNamedType(inner.type)) || depth > 1),
  );
  return `{ __typename ${chosen.map((inner) => `${inner.name} ${leavesOf(inner, depth - 1)}`).join(' ')} }`;
}

const built = new Map<Subgraph, GraphQLSchema>();

function schemaOf(subgraph: Subgraph): GraphQLSchema {
  const known = built.get(subgraph);
  if (known) return known;
  const { definitions, ...document } = parse(committedSdl(subgraph));
  const own = definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION);
  const schema = buildASTSchema({ ...document, definitions: own }, { assumeValidSDL: true });
  built.set(subgraph, schema);
  return schema;
}
