import type { Graph } from '../graph.ts';

/**
 * An interface object whose field requires one of the interface. The interface itself is only reached where its types
 * are known: elsewhere the planner breaks down on it (see planner-faults.ts).
 */
export const lending: Graph = {
  name: 'lending',
  entities: { Media: ['id'] },
  families: { Media: ['Book', 'Movie'] },
  absent: [{ subgraph: 'lending', type: 'Media' }],
  subgraphs: {
    catalog: `
      type Query { media(id: ID!): Media allMedia: [Media!]! }
      interface Media @key(fields: "id") { id: ID! title: String length: Length }
      type Book implements Media @key(fields: "id") { id: ID! title: String length: Length pages: Int! sequel: Book }
      type Movie implements Media @key(fields: "id") { id: ID! title: String length: Length after: Media }
      type Length { amount: Float unit: String }
    `,
    lending: `
      type Media @key(fields: "id") @interfaceObject {
        id: ID!
        title: String @external
        length: Length @external
        fee(days: Int!): Int @requires(fields: "title length { amount }")
        available: Boolean!
      }
      type Length { amount: Float @external }
    `,
  },
};
