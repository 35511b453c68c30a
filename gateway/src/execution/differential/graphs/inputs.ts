import type { Graph } from '../graph.ts';

/** Arguments of every kind, at roots and on entities, with defaults, nulls, lists of lists and free-form scalars. */
export const inputs: Graph = {
  name: 'inputs',
  isolated: true,
  entities: { Node: ['id'] },
  subgraphs: {
    first: `
      type Query {
        echo(int: Int, float: Float = 1.5, text: String! = "text", id: ID, flag: Boolean! = true): String
        search(filter: Filter, order: [Order!] = [{ by: NAME }], page: Page! = { first: 10 }): [Node!]
        matrix(rows: [[Int!]!]!, sparse: [[Float]] = [[1, null], null]): [[Float]!]
        raw(json: JSON, any: JSON! = { a: [1, "b"] }, more: [JSON!]): JSON
        node(id: ID!): Node
      }
      input Filter { all: [Filter!] not: Filter name: String = "x" ids: [ID!] kind: Kind = BIG within: Range }
      input Range { from: Int! = 0 to: Int step: Float! }
      input Order { by: Field! descending: Boolean = false }
      input Page { first: Int! after: String }
      enum Kind { BIG SMALL }
      enum Field { NAME AGE }
      scalar JSON
      type Node @key(fields: "id") {
        id: ID!
        name(in: Language = EN, fallback: [Language!]): String
        children(filter: Filter, first: Int! = 3): [Node!]!
      }
      enum Language { EN DE FR }
    `,
    second: `
      type Query { other(json: JSON): Node! }
      scalar JSON
      input Filter { all: [Filter!] not: Filter name: String = "x" ids: [ID!] kind: Kind = BIG within: Range }
      input Range { from: Int! = 0 to: Int step: Float! }
      enum Kind { BIG SMALL }
      type Node @key(fields: "id") {
        id: ID!
        related(filter: Filter, json: JSON = { depth: 1 }): [Node]
        score(weights: [Float!]! = [1, 2], range: Range = { step: 2 }): Float!
        tagged(with: [[String]]): String
      }
    `,
  },
};
