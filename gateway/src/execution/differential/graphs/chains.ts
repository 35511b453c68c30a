import type { Graph } from '../graph.ts';

/** Keys that only lead from one subgraph to the next, keys that lead nowhere, and several ways to one field. */
export const chains: Graph = {
  name: 'chains',
  entities: { Order: ['id', 'number', 'track.code', 'region'], Track: ['code'], Customer: ['id', 'email'] },
  sameKey: { 'Order.track': 'Track' },
  steady: ['Customer.name', 'Order.total'],
  subgraphs: {
    shop: `
      type Query { orders: [Order!]! order(id: ID!): Order }
      type Order @key(fields: "id") { id: ID! placed: String customer: Customer total: Int @shareable }
      type Customer @key(fields: "id", resolvable: false) { id: ID! }
    `,
    index: `
      type Order @key(fields: "id") @key(fields: "number region") { id: ID! number: Int! region: String! priority: Int! }
      type Customer @key(fields: "id") @key(fields: "email") { id: ID! email: String! name: String! @shareable }
    `,
    ledger: `
      type Query { overdue: [Order] }
      type Order @key(fields: "number region") @key(fields: "track { code }") {
        number: Int!
        region: String!
        track: Track!
        total: Int @shareable
        paid: Boolean
        invoices: [Invoice!]!
      }
      type Track @shareable { code: ID! }
      type Invoice { sum: Float! order: Order }
    `,
    parcels: `
      type Order @key(fields: "track { code }") { track: Track! parcel: Parcel parcels: [Parcel]! }
      type Track @shareable { code: ID! }
      type Parcel { weight: Int! next: Order sender: Customer! }
      type Customer @key(fields: "email") { email: String! name: String! @shareable address: String depots: [String!] }
    `,
  },
};
