import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { compose } from '../../../../supergraph/src/index.ts';
import type { Graph } from './graph.ts';
import { type Ownership, plannerFields, readOwnership } from './ownership.ts';
import { type View, World } from './world.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", "@interfaceObject",
  "@context", "@fromContext", "@authenticated", "@requiresScopes"
])\n`;

/** A graph that is composed and has its data. */
export interface ComposedGraph {
  graph: Graph;
  supergraphSdl: string;
  world: World;
  ownership: Ownership;
  /** Each subgraph's executable schema. */
  subgraphSchemas: ReadonlyMap<string, GraphQLSchema>;
  /** The public schema, executable over all the data at once: what graphql-js is asked. */
  monolith: GraphQLSchema;
  /** Names that a client's alias must not hide from the planner. */
  plannerFields: ReadonlySet<string>;
}

/** Composes a graph; throws where composition refuses it. */
export function composeGraph(graph: Graph): ComposedGraph {
  const sources = Object.entries(graph.subgraphs).map(([name, sdl]) => ({
    name,
    sdl: sdl.includes('@link(') ? sdl : link + sdl,
    file: `${name}.graphql`,
    routingUrl: `http://localhost/${name}`,
  }));
  const { supergraphSdl } = compose(sources);
  const ownership = readOwnership(graph);
  const world = new World(graph, buildSchema(supergraphSdl, { assumeValid: true }), ownership);
  const subgraphSchemas = new Map(
    sources.map(({ name, sdl }) => [name, executableSubgraph(graph, world, name, sdl)] as const),
  );
  const monolith = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
    .apiSchema()
    .toGraphQLJSSchema();
  resolveAll(monolith, world, 'monolith');
  return {
    graph,
    supergraphSdl,
    world,
    ownership,
    subgraphSchemas,
    monolith,
    plannerFields: plannerFields(graph, ownership),
  };
}

function executableSubgraph(graph: Graph, world: World, name: string, sdl: string): GraphQLSchema {
  const typeDefs = parse(sdl);
  const __resolveReference = (representation: Record<string, unknown>, run: Parameters<World['find']>[2]) =>
    world.find(name, representation, run);
  const kinds = [...Object.keys(graph.entities), ...Object.values(graph.families ?? {}).flat()];
  const plain = buildSubgraphSchema({ typeDefs });
  const resolvers = Object.fromEntries(
    kinds.filter((kind) => plain.getType(kind)).map((kind) => [kind, { __resolveReference }]),
  );
  const schema = buildSubgraphSchema({ typeDefs, resolvers: resolvers as never });
  resolveAll(schema, world, 'subgraph');
  return schema;
}

function resolveAll(schema: GraphQLSchema, world: World, view: View): void {
  const resolve = world.resolver(view);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.name.startsWith('_')) field.resolve = resolve as NonNullable<typeof field.resolve>;
    }
  }
}
