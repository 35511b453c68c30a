import type { Graph } from '../graph.ts';

/** Changes, which must happen one after the other however many subgraphs they are spread over. */
export const orders: Graph = {
  name: 'orders',
  isolated: true,
  entities: { User: ['id'], Order: ['id'], Payment: ['id'] },
  subgraphs: {
    users: `
      type Query { user(id: ID!): User }
      type Mutation {
        createUser(input: NewUser!): CreateUserPayload!
        rename(id: ID!, name: String = "anonymous"): User
        touch: Boolean
        count: Int!
      }
      type CreateUserPayload { user: User userErrors: [UserError!]! }
      type UserError { message: String! field: [String!] }
      input NewUser { name: String! age: Int = 18 tags: [String!] home: NewAddress }
      input NewAddress { street: String! zip: String = "0000" }
      type User @key(fields: "id") { id: ID! name: String! age: Int }
    `,
    orders: `
      type Query { order(id: ID!): Order }
      type Mutation {
        placeOrder(input: NewOrder!, express: Boolean): Order
        cancel(id: ID!): Order!
        cancelAll(ids: [ID!]!): [Order]!
      }
      input NewOrder { user: ID! items: [NewItem!]! note: String }
      input NewItem { sku: String! count: Int! = 1 }
      type Order @key(fields: "id") { id: ID! buyer: User! total: Money lines: [Line!]! }
      type Line { sku: String! price: Money! }
      scalar Money
      type User @key(fields: "id") { id: ID! orders: [Order!] }
    `,
    payments: `
      type Mutation { pay(order: ID!, amount: Money!, by: Method = CARD): Payment refund(id: ID!): Payment! }
      enum Method { CARD CASH }
      scalar Money
      type Payment @key(fields: "id") { id: ID! order: Order! amount: Money! by: Method }
      type Order @key(fields: "id") { id: ID! payments: [Payment] paid: Boolean! }
    `,
  },
};
