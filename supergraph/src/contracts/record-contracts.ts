import { dirname, join, relative, resolve, sep } from 'node:path';
import { type Contract, contractsFolder, type RecordedRequest, type Shape } from '@atrium/service-kit/contract-file';
import { buildASTSchema, type DocumentNode, type GraphQLSchema, isEnumType, Kind, parse, print } from 'graphql';
import type { SubgraphSource } from '../configuration.ts';
import { parseFile } from '../parse-file.ts';
import type { FetchNode, Planner } from '../plans/planner.ts';
import type { Operation } from '../use/operation.ts';
import { recordShape } from './record-shape.ts';

/** A contract, and where it lies as people would write it. */
export interface ContractFile {
  readonly file: string;
  readonly contract: Contract;
}

/** The folder of a subgraph's contracts, beside its schema. */
export function folderOf({ file }: SubgraphSource): string {
  return join(dirname(file), contractsFolder);
}

/** A subgraph's own schema; its directives of federation need no definition here. */
export function ownSchema({ file, sdl }: SubgraphSource): GraphQLSchema {
  return buildASTSchema(parseFile(file, sdl), { assumeValidSDL: true });
}

/** What the gateway sends to each subgraph for these operations, by their plans. */
export function recordGateway(
  subgraphs: readonly SubgraphSource[],
  operations: readonly Operation[],
  plan: Planner,
): ContractFile[] {
  const sorted = operations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const fetches = sorted.flatMap((operation) => plan(operation.document).map((fetch) => ({ operation, fetch })));
  return subgraphs.flatMap((subgraph) => {
    const schema = ownSchema(subgraph);
    const own = fetches.filter(({ fetch }) => fetch.serviceName === subgraph.name);
    const requests = own.map(({ operation, fetch }) => recordFetch(operation, fetch, schema));
    return requests.length === 0 ? [] : [toFile(subgraph, schema, { consumer: 'gateway', requests })];
  });
}

/** What the services send to their sisters, each contract named after the service in whose folder the documents stand. */
export function recordSisters(
  subgraphs: readonly SubgraphSource[],
  sisters: ReadonlyMap<string, readonly Operation[]>,
): ContractFile[] {
  return [...sisters].flatMap(([name, operations]) => {
    const provider = subgraphs.find((each) => each.name === name);
    if (!provider) return [];
    const schema = ownSchema(provider);
    const others = subgraphs.filter((each) => each !== provider);
    return [...Map.groupBy(operations, ({ file }) => serviceOf(file, others))].map(([consumer, sent]) =>
      toFile(provider, schema, {
        consumer,
        requests: sent.map((operation) => ({
          name: operation.name,
          ...recordDocument(operation.document, schema),
          document: print(operation.document),
        })),
      }),
    );
  });
}

function serviceOf(file: string, subgraphs: readonly SubgraphSource[]): string {
  const owner = subgraphs.find((each) => resolve(file).startsWith(resolve(dirname(each.file)) + sep));
  return owner?.name ?? 'sisters';
}

function recordFetch(operation: Operation, fetch: FetchNode, schema: GraphQLSchema): RecordedRequest {
  const used = (fetch.variableUsages ?? []).filter((name) => operation.variables?.[name] !== undefined);
  const example = Object.fromEntries(used.map((name) => [name, operation.variables?.[name]]));
  return {
    name: fetch.operationName ?? operation.name,
    operation: operation.name,
    ...recordDocument(parse(fetch.operation), schema),
    document: fetch.operation,
    ...(used.length > 0 && { example }),
    ...(fetch.requires && { representations: representationsOf(fetch.requires) }),
  };
}

type Required = NonNullable<FetchNode['requires']>;

function representationsOf(requires: Required): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const each of requires) {
    if (each.kind !== 'InlineFragment' || each.typeCondition === undefined) continue;
    const names = each.selections.flatMap((selection) => (selection.kind === 'Field' ? [selection.name] : []));
    found[each.typeCondition] = names.filter((name) => name !== '__typename');
  }
  return found;
}

function recordDocument(
  document: DocumentNode,
  schema: GraphQLSchema,
): Pick<RecordedRequest, 'kind' | 'variables' | 'answer'> {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
  const declared = (operation.variableDefinitions ?? []).filter(
    ({ variable }) => variable.name.value !== 'representations',
  );
  return {
    kind: operation.operation === 'mutation' ? 'mutation' : 'query',
    variables: Object.fromEntries(declared.map(({ variable, type }) => [variable.name.value, print(type)])),
    answer: recordShape(document, schema),
  };
}

function toFile(
  provider: SubgraphSource,
  schema: GraphQLSchema,
  { consumer, requests }: Pick<Contract, 'consumer' | 'requests'>,
): ContractFile {
  const file = join(folderOf(provider), `${consumer}.json`);
  const enums = enumsIn(requests, schema);
  return { file: relative(process.cwd(), resolve(file)), contract: { consumer, enums, requests } };
}

function enumsIn(requests: readonly RecordedRequest[], schema: GraphQLSchema): Record<string, string[]> {
  const answered = new Set(requests.flatMap(({ answer }) => Object.values(answer).flatMap(typesIn)));
  const enums = Object.values(schema.getTypeMap()).filter(isEnumType);
  return Object.fromEntries(
    enums.filter(({ name }) => answered.has(name)).map((each) => [each.name, each.getValues().map(({ name }) => name)]),
  );
}

function typesIn(shape: Shape): string[] {
  if (typeof shape === 'string') return [shape.replace(/[[\]!]/g, '')];
  const parts = [shape.fields ?? {}, ...Object.values(shape.on ?? {})];
  return [...typesIn(shape.type), ...parts.flatMap((fields) => Object.values(fields).flatMap(typesIn))];
}
