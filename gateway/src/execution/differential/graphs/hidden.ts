import type { Graph } from '../graph.ts';

/** What clients may not know of: inaccessible fields, keys, arguments, types and enum values, and what shows of them. */
export const hidden: Graph = {
  name: 'hidden',
  entities: { Item: ['id', 'secretId'] },
  unseenArguments: ['depth', 'secret'],
  choices: {
    Color: ['RED', 'GREEN', 'INFRARED'],
    Result: ['Item', 'Secret', 'Note'],
    Partner: ['Shop', 'Spy', 'Market'],
  },
  subgraphs: {
    items: `
      type Query {
        item(id: ID!): Item
        items: [Item]
        hidden: Secret @inaccessible
        search(color: Color = RED, depth: Int = 7 @inaccessible): [Result!]
        lucky: Result
        partner(of: Filter): Partner!
      }
      input Filter { name: String = "any" color: Color! = GREEN secret: Int = 3 @inaccessible }
      type Item @key(fields: "id") @key(fields: "secretId") @tag(name: "public") {
        id: ID!
        secretId: ID! @inaccessible
        name: String @tag(name: "public")
        color: Color!
        colors: [Color!]
        partner: Partner
        price: Int
        weight: Float
      }
      enum Color @tag(name: "public") { RED GREEN INFRARED @inaccessible }
      union Result = Item | Secret | Note
      type Secret @inaccessible { value: String }
      type Note { text: String! about: Result }
      interface Partner { name: String }
      type Shop implements Partner { name: String open: Boolean! }
      type Spy implements Partner @inaccessible { name: String }
      type Market implements Partner { name: String stalls: [Shop] }
    `,
    stock: `
      type Query { plenty: [Item!] }
      type Item @key(fields: "secretId") {
        secretId: ID!
        stock: Int
        price: Int @override(from: "items")
        rating: Color
        cost: Int @requires(fields: "weight")
        weight: Float @external
      }
      enum Color { RED GREEN INFRARED }
    `,
  },
};
