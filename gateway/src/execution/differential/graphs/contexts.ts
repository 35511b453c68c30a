import type { Graph } from '../graph.ts';

/** Arguments that a subgraph takes from an object above, by `@context` and `@fromContext`. */
export const contexts: Graph = {
  name: 'contexts',
  beyondApollo: 'its executor does not know what a fetch takes from a context',
  entities: { Shop: ['id'], Price: ['id'], Offer: ['id'] },
  sameKey: { 'Shop.price': 'Price', 'Shop.lowest': 'Price', 'Offer.price': 'Price' },
  contextual: {
    'Price.amount': { argument: 'currency', from: 'Shop.currency' },
    'Price.label': { argument: 'currency', from: 'Shop.currency' },
  },
  subgraphs: {
    prices: `
      type Query { shop(id: ID!): Shop shops: [Shop!]! }
      type Shop @key(fields: "id") @context(name: "shop") {
        id: ID!
        currency: String! @external
        price: Price!
        lowest: Price
      }
      type Price @key(fields: "id") {
        id: ID!
        amount(rounded: Boolean = true, currency: String @fromContext(field: "$shop { currency }")): Float
        label(currency: String @fromContext(field: "$shop { currency }")): String!
        raw: Int
      }
    `,
    shops: `
      type Query { nearest: Shop }
      type Shop @key(fields: "id") { id: ID! currency: String! name: String }
      type Price @key(fields: "id") { id: ID! history: [Float!] }
    `,
  },
};
