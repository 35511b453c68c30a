import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { cursorOf, type PageArguments, pageOf } from './connection.ts';
import { argumentsGiven, batchGiven, echoed, type GivenInput, idGiven, inputGiven } from './echo.ts';
import { Examples } from './examples.ts';
import { leafValue } from './leaf-value.ts';
import { aroundFieldsOf, createObject, type MockObject } from './mock-object.ts';
import { seededNumber } from './seed.ts';

type Field = GraphQLField<unknown, unknown>;
type Arguments = Readonly<Record<string, unknown>>;

/** Plain lists have from one item up to so many. */
const longestList = 4;
/** Connections have from so many items … */
const shortestConnection = 5;
/** … to so many more. */
const connectionSpread = 30;
/** Fields that say what went wrong answer that nothing did. */
const faults = /error|fail|reject/i;

/**
 * A graph that answers every operation of a schema with made-up data: the same for the same operation, with examples from the
 * descriptions, pages that can be turned, one thing for one id, and mutations that repeat what they were given.
 */
export class MockGraph {
  readonly schema: GraphQLSchema;
  readonly #examples: Examples;

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
    this.#examples = new Examples(schema);
  }

  /** Answers a valid operation of a document. */
  async answer(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variableValues: Arguments | undefined,
  ): Promise<ExecutionResult> {
    return execute({
      schema: this.schema,
      document,
      operationName: operation.name?.value,
      variableValues: variableValues ?? {},
      rootValue: undefined,
      fieldResolver: (source: MockObject | undefined, args: Arguments, _context: unknown, info: GraphQLResolveInfo) =>
        this.#resolve(source, args, info),
      typeResolver: (value) => (value as MockObject).type.name,
    });
  }

  #resolve(source: MockObject | undefined, args: Arguments, info: GraphQLResolveInfo): unknown {
    const { parentType, fieldName } = info;
    const field = parentType.getFields()[fieldName];
    if (!field) return null;
    if (source) return this.#fieldOf(source, field, args);
    const root: MockObject = { type: parentType, seed: parentType.name, given: {}, around: new Map() };
    return parentType === this.schema.getMutationType()
      ? this.#change(root, field, args)
      : this.#ask(root, field, args);
  }

  /** A query: what is asked for by an id, or by another of its fields, has it. */
  #ask(root: MockObject, field: Field, args: Arguments): unknown {
    const type = getNamedType(field.type);
    if (!isObjectType(type) || isListType(getNullableType(field.type)) || isConnection(type)) {
      return this.#fieldOf(root, field, args);
    }
    const given = echoed(type, argumentsGiven(field, args), this.#examples);
    return createObject(this.schema, type, seedOf(root, field, args), given);
  }

  /** A mutation: its payload repeats the input, item by item where it is a batch. */
  #change(root: MockObject, field: Field, args: Arguments): unknown {
    const type = getNamedType(field.type);
    const input = inputGiven(field, args) ?? argumentsGiven(field, args);
    if (!isObjectType(type)) return this.#fieldOf(root, field, args);
    return this.#payload(type, seedOf(root, field, args), input);
  }

  #payload(type: GraphQLObjectType, seed: string, input: GivenInput): MockObject {
    const batch = batchGiven(input);
    const around = this.#mentioned(input);
    const given: Record<string, unknown> = { ...echoed(type, input, this.#examples) };
    const fields = Object.values(type.getFields());
    const deleted = fields.find(({ name }) => /^deleted\w+Id$/.test(name));
    if (deleted) given[deleted.name] = input.values.id ?? null;
    for (const field of fields) {
      const named = getNamedType(field.type);
      if (field.name in given || !isObjectType(named) || faults.test(field.name)) continue;
      const isList = isListType(getNullableType(field.type));
      if (isList && batch)
        given[field.name] = batch.map((item, at) => this.#payload(named, `${seed}.${field.name}.${at}`, item));
      else if (!isList && deleted) given[field.name] = null;
      else if (!isList) given[field.name] = this.#changed(named, `${seed}.${field.name}`, input, around);
    }
    return { type, seed, given, around };
  }

  /** The thing that a mutation changed or made. */
  #changed(type: GraphQLObjectType, seed: string, input: GivenInput, around: MockObject['around']): MockObject {
    const id = idGiven(type, input);
    const given = echoed(type, input, this.#examples);
    return createObject(this.schema, type, seed, id === undefined ? given : { ...given, id }, around);
  }

  /** What an input names by an id, `imageId`, so that it is met again below. */
  #mentioned({ values }: GivenInput): ReadonlyMap<string, MockObject> {
    const found = new Map<string, MockObject>();
    for (const [name, id] of Object.entries(values)) {
      const stem = /^(\w+)Id$/.exec(name)?.[1];
      const type = stem && this.schema.getType(stem.charAt(0).toUpperCase() + stem.slice(1));
      if (type && isObjectType(type) && typeof id === 'string') {
        found.set(type.name, createObject(this.schema, type, id, { id }));
      }
    }
    return found;
  }

  #fieldOf(holder: MockObject, field: Field, args: Arguments): unknown {
    if (field.name in holder.given) return holder.given[field.name];
    const nullable = getNullableType(field.type);
    const named = getNamedType(field.type);
    const seed = seedOf(holder, field, args);
    if (isListType(nullable)) return faults.test(field.name) ? [] : this.#list(holder, field, seed);
    if (nullable === field.type && faults.test(field.name)) return null;
    if (isLeafType(named)) return leafValue(seed, { ...field, type: named, holder: holder.seed }, this.#examples);
    if (!isCompositeType(named)) return null;
    if (isObjectType(named) && isConnection(named)) return this.#connection(holder, field, named, args);
    const known = holder.around.get(named.name);
    if (known) return known;
    return createObject(this.schema, named, seed, {}, aroundFieldsOf(holder));
  }

  #list(holder: MockObject, field: Field, seed: string): unknown[] {
    const named = getNamedType(field.type);
    const length = 1 + seededNumber(`${seed}.length`, longestList);
    return Array.from({ length }, (_, at) => {
      const each = `${seed}.${at}`;
      if (isLeafType(named)) return leafValue(each, { ...field, type: named, holder: holder.seed }, this.#examples);
      return isCompositeType(named) ? createObject(this.schema, named, each, {}, aroundFieldsOf(holder)) : null;
    });
  }

  /** A page of a list that is the same list for every size and cursor. */
  #connection(holder: MockObject, field: Field, type: GraphQLObjectType, args: Arguments): MockObject {
    const { first, after, last, before, ...filters } = args as PageArguments & Arguments;
    const seed = seedOf(holder, field, filters);
    const total = shortestConnection + seededNumber(`${seed}.total`, connectionSpread);
    const { places, ...bounds } = pageOf(total, { ...(args as PageArguments) });
    const fields = type.getFields();
    const edgeType = getNamedType(fields.edges?.type);
    const pageInfoType = getNamedType(fields.pageInfo?.type);
    if (!isObjectType(edgeType) || !isObjectType(pageInfoType)) throw new Error(`${type.name} is no connection.`);
    const nodeType = getNamedType(edgeType.getFields().node?.type);
    const around = aroundFieldsOf(holder);
    const edges = places.map((place): MockObject => {
      const at = `${seed}#${place}`;
      const node = isCompositeType(nodeType) ? { node: createObject(this.schema, nodeType, at, {}, around) } : {};
      return { type: edgeType, seed: at, given: { cursor: cursorOf(place), ...node }, around };
    });
    const [start = null, end = null] = [places[0], places.at(-1)].map((place) =>
      place === undefined ? null : cursorOf(place),
    );
    const pageInfo = { ...bounds, startCursor: start, endCursor: end };
    return {
      type,
      seed,
      given: { edges, totalCount: total, pageInfo: { type: pageInfoType, seed, given: pageInfo, around } },
      around,
    };
  }
}

function isConnection(type: GraphQLObjectType): boolean {
  return type.name.endsWith('Connection') && 'edges' in type.getFields() && 'pageInfo' in type.getFields();
}

/** What a field's value is made from: where it stands, and what it was asked with. */
function seedOf(holder: MockObject, field: Field, args: Arguments): string {
  const asked = Object.keys(args).length === 0 ? '' : JSON.stringify(args);
  return `${holder.seed}.${field.name}${asked}`;
}
