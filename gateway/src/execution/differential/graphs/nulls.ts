import type { Graph } from '../graph.ts';

/** Lists and objects that may or may not be null at every level, in one subgraph and across two. */
export const nulls: Graph = {
  name: 'nulls',
  isolated: true,
  entities: { Leaf: ['id'] },
  absent: [{ subgraph: 'roots', type: 'Leaf' }],
  subgraphs: {
    trees: `
      type Query { tree: Tree solidTree: Tree! leaf(id: ID!): Leaf forest: [[Tree!]] }
      type Tree {
        a: [Leaf]
        b: [Leaf!]
        c: [Leaf]!
        d: [Leaf!]!
        aa: [[Leaf]]
        bb: [[Leaf!]!]!
        bc: [[Leaf!]]!
        cb: [[Leaf]!]
        deep: [[[Int!]]!]
        n1: Int
        n2: Int!
        one: Leaf
        solid: Leaf!
        tree: Tree
        solidTree: Tree!
      }
      type Leaf @key(fields: "id") { id: ID! size: Float weight: Float! tree: Tree }
    `,
    tips: `
      type Leaf @key(fields: "id") {
        id: ID!
        maybe: String
        surely: String!
        tips: [Tip]
        solidTips: [Tip!]!
        grid: [[Tip!]!]
        other: Leaf
      }
      type Tip { x: Int! y: Int leaf: Leaf! leaves: [[Leaf!]] }
    `,
    roots: 'type Leaf @key(fields: "id") { id: ID! color: String depth: Int! levels: [[Int!]]! }',
  },
};
