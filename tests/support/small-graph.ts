import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { compose } from '@atrium/supergraph';
import { type GraphQLSchema, graphql, parse } from 'graphql';

/** A subgraph of the small graph, over HTTP; it may be told to behave as sick services do. */
export interface SmallSubgraph {
  readonly url: string;
  /** Answers instead of the subgraph while it is set. */
  misbehave: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Requests that arrived, by now. */
  requests: number;
  /** Requests whose client broke them off. */
  brokenOff: number;
  close(): Promise<void>;
}

/** A foreign supergraph of two services, small enough to be read whole. */
export interface SmallGraph {
  supergraphSdl: string;
  people: SmallSubgraph;
  pictures: SmallSubgraph;
  close(): Promise<void>;
}

const link = '@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

const people = `extend schema ${link}
type Query { person(id: ID!): Person people(first: Int!): [Person!]! }
type Mutation { rename(id: ID!, name: String!): Person }
type Person @key(fields: "id") { id: ID! name: String! }`;

const pictures = `extend schema ${link}
type Person @key(fields: "id") { id: ID! picture: String faces: [String!] }`;

const person = (id: string) => ({ __typename: 'Person', id, name: `name of ${id}` });

/** Starts both services. What is asked about a person follows from the person's id. */
export async function startSmallGraph(): Promise<SmallGraph> {
  const [peopleService, picturesService] = await Promise.all([
    startSubgraph(people, {
      Query: {
        person: (_: unknown, { id }: { id: string }) => person(id),
        people: (_: unknown, { first }: { first: number }) =>
          Array.from({ length: first }, (_value, index) => person(String(index))),
      },
      Mutation: { rename: (_: unknown, input: { id: string; name: string }) => input },
      Person: { __resolveReference: ({ id }: { id: string }) => person(id) },
    }),
    startSubgraph(pictures, {
      Person: {
        __resolveReference: ({ id }: { id: string }) => ({ id, picture: `picture of ${id}`, faces: [`face of ${id}`] }),
      },
    }),
  ]);
  return {
    supergraphSdl: composeSmallGraph({ people: peopleService.url, pictures: picturesService.url }),
    people: peopleService,
    pictures: picturesService,
    async close() {
      await Promise.all([peopleService.close(), picturesService.close()]);
    },
  };
}

/** The supergraph of the small graph; each `note` gives another one that serves the same. */
export function composeSmallGraph(urls: { people: string; pictures: string }, note = 'a person'): string {
  const sources = [
    { name: 'people', sdl: people.replace('type Person', `"${note}"\ntype Person`), routingUrl: urls.people },
    { name: 'pictures', sdl: pictures, routingUrl: urls.pictures },
  ];
  return compose(sources.map((source) => ({ ...source, file: `${source.name}.graphql` }))).supergraphSdl;
}

async function startSubgraph(sdl: string, resolvers: object): Promise<SmallSubgraph> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  const server = createServer((request, response) => {
    subgraph.requests += 1;
    response.once('close', () => {
      if (!response.writableFinished) subgraph.brokenOff += 1;
    });
    if (subgraph.misbehave) subgraph.misbehave(request, response);
    else void answer(schema, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const subgraph: SmallSubgraph = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    misbehave: undefined,
    requests: 0,
    brokenOff: 0,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return subgraph;
}

async function answer(schema: GraphQLSchema, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables?: object };
  const result = await graphql({ schema, source: query, variableValues: { ...variables } });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
}
