import type { Graph } from '../graph.ts';

/** An interface with a key, with its entities behind it, and interface objects that add fields to all of them. */
export const media: Graph = {
  name: 'media',
  entities: { Media: ['id'], Shelf: ['id'] },
  families: { Media: ['Book', 'Movie', 'Game'] },
  absent: [{ subgraph: 'rentals', type: 'Media' }],
  subgraphs: {
    catalog: `
      type Query { media(id: ID!): Media allMedia: [Media!]! books: [Book] shelf: Shelf }
      interface Media @key(fields: "id") { id: ID! title: String creator: Person }
      type Book implements Media @key(fields: "id") { id: ID! title: String creator: Person pages: Int! sequel: Book }
      type Movie implements Media @key(fields: "id") { id: ID! title: String creator: Person minutes: Int after: Media }
      type Game implements Media @key(fields: "id") { id: ID! title: String creator: Person players: [Int!]! }
      type Person { name: String! knownFor: [Media] }
      type Shelf @key(fields: "id") { id: ID! first: Media! items: [[Media!]] }
    `,
    reviews: `
      type Query { topRated: Media rated: [Media] }
      type Media @key(fields: "id") @interfaceObject {
        id: ID!
        reviews(first: Int = 2): [Review!]
        stars: Float
        bestReview: Review!
      }
      type Review { text: String media: Media! }
    `,
    rentals: `
      type Media @key(fields: "id") @interfaceObject {
        id: ID!
        rentalPrice(days: Int!): Int
        available: Boolean!
      }
      type Shelf @key(fields: "id") { id: ID! open: Boolean }
    `,
  },
};
