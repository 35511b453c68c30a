import type { Graph } from '../graph.ts';

/** Directives that @apollo/gateway refuses, which are stripped before anything is planned. */
export const scopes: Graph = {
  name: 'scopes',
  isolated: true,
  entities: { Account: ['id'], Statement: ['id'] },
  subgraphs: {
    accounts: `
      type Query {
        account(id: ID!): Account @authenticated
        accounts: [Account!] @requiresScopes(scopes: [["account:read", "list"], ["admin"]])
      }
      type Account @key(fields: "id") {
        id: ID!
        balance: Float @requiresScopes(scopes: [["balance:read"]])
        owner: Owner! @authenticated
      }
      type Owner @authenticated { name: String secret: String @requiresScopes(scopes: [["admin"]]) }
      scalar Iban @requiresScopes(scopes: [["iban:read"]])
    `,
    statements: `
      type Query { statement(id: ID!): Statement }
      type Statement @key(fields: "id") { id: ID! account: Account! lines: [Line!]! kind: Kind }
      type Line { amount: Float! text: String }
      enum Kind @authenticated { MONTHLY YEARLY }
      type Account @key(fields: "id") { id: ID! statements(last: Int = 3): [Statement] }
    `,
  },
};
