/** A generated subgraph. */
export interface GeneratedSubgraph {
  name: string;
  sdl: string;
}

const header = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@shareable", "@external", "@requires", "@requiresScopes"])
`;

/** One type in so many is an entity with a query and a connection; the others are what it holds. */
const typesPerEntity = 4;
/** How many entities of other subgraphs each subgraph adds fields to. */
const extended = 5;

/**
 * Subgraphs of a large company's graph: each has entities with their details, inputs and enums, a query and a mutation for
 * each entity, refers to entities of its neighbours and adds fields to some of them, one by what it is handed over.
 */
export function generateGraph(subgraphs: number, types: number): GeneratedSubgraph[] {
  const entities = Math.ceil(types / subgraphs / typesPerEntity);
  return Array.from({ length: subgraphs }, (_, at) => ({
    name: `s${at}`,
    sdl: [header, ...own(at, subgraphs, entities), ...neighbours(at, subgraphs, entities)].join('\n'),
  }));
}

function own(at: number, subgraphs: number, entities: number): string[] {
  const names = Array.from({ length: entities }, (_, index) => `S${at}E${index}`);
  const queries = names.map((name) => `  ${field(name)}(id: ID!): ${name} @requiresScopes(scopes: [["s${at}:read"]])`);
  const mutations = names.map((name) => `  change${name}(input: Change${name}Input!): ${name}`);
  const next = (at + 1) % subgraphs;
  return [
    `type Query {\n${queries.join('\n')}\n}`,
    `type Mutation {\n${mutations.join('\n')}\n}`,
    'type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }',
    ...names.map(
      (name, index) => `
type ${name} @key(fields: "id") {
  id: ID!
  name: String!
  status: ${name}Status!
  details: ${name}Details
  related: [${names[(index + 1) % entities]}!]
  neighbour: S${next}E${index}
}
type ${name}Details { title: String text: String count: Int owner: ${name} }
enum ${name}Status { NEW ACTIVE GONE }
input Change${name}Input { id: ID! name: String status: ${name}Status }`,
    ),
  ];
}

function neighbours(at: number, subgraphs: number, entities: number): string[] {
  const next = (at + 1) % subgraphs;
  const mentioned = Array.from({ length: entities }, (_, index) => `S${next}E${index}`);
  const others = Array.from({ length: extended }, (_, index) => `S${(at + 2 + index) % subgraphs}E${index % entities}`);
  return [
    ...mentioned.map((name) => `type ${name} @key(fields: "id", resolvable: false) { id: ID! }`),
    ...others.map((name, index) =>
      index === 0
        ? `type ${name} @key(fields: "id") { id: ID! name: String! @external s${at}Label: String @requires(fields: "name") }`
        : `type ${name} @key(fields: "id") { id: ID! s${at}Note: String s${at}Score: Int }`,
    ),
  ];
}

function field(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
