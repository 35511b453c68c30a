import type { Graph } from '../graph.ts';

/** The simplest kind: entities with one key, extended by subgraphs that know them by it; nullability at every level. */
export const accountsAndReviews: Graph = {
  name: 'accounts and reviews',
  isolated: true,
  entities: { User: ['id'], Product: ['upc'], Review: ['id'] },
  absent: [{ subgraph: 'inventory', type: 'Product' }],
  subgraphs: {
    accounts: `
      type Query {
        me: User
        user(id: ID!): User
        users(first: Int = 3, named: [String!]): [User!]
        usersOrNot: [User]!
      }
      type User @key(fields: "id") {
        id: ID!
        name(short: Boolean = false): String!
        nickname: String
        scores: [[Int!]!]
        grid: [[Float]!]!
        address: Address
        home: Address!
        status: Status
        born: DateTime
      }
      type Address { street: String! zip: String country(locale: Locale = EN): String }
      enum Status { ACTIVE GONE }
      enum Locale { EN DE }
      scalar DateTime
    `,
    products: `
      type Query { product(upc: ID!): Product topProducts(first: Int): [Product!]! }
      type Product @key(fields: "upc") { upc: ID! title: String price: Float! seller: User similar: [Product!] }
      type User @key(fields: "id") { id: ID! favourites: [Product!] }
    `,
    reviews: `
      type Query { latest: [Review] }
      type Review @key(fields: "id") { id: ID! body: String! author: User! product: Product }
      type User @key(fields: "id") { id: ID! reviews(first: Int): [Review!]! }
      type Product @key(fields: "upc") { upc: ID! reviews: [Review] }
    `,
    inventory: `
      type Product @key(fields: "upc") { upc: ID! inStock: Boolean! warehouses: [Warehouse!]! note: String }
      type Warehouse { city: String! shelves: [[String]] }
    `,
  },
};
