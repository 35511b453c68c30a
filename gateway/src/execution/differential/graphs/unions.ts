import type { Graph } from '../graph.ts';

/** Unions and interfaces of entities and plain objects, interfaces of interfaces, and names that mean two things. */
export const unions: Graph = {
  name: 'unions',
  isolated: true,
  entities: { User: ['id'], Group: ['id'], Post: ['id'] },
  absent: [
    { subgraph: 'badges', type: 'Post' },
    { subgraph: 'badges', type: 'Group' },
  ],
  subgraphs: {
    social: `
      type Query {
        feed(first: Int): [Entry!]
        actor(id: ID!): Actor
        actors: [Actor]!
        named: Named
        anything: [[Entry]]
      }
      union Entry = Post | Ad | User
      interface Named { name: String }
      interface Actor implements Named { id: ID! name: String friends: [Actor!] picture: Picture }
      type User implements Actor & Named @key(fields: "id") {
        id: ID!
        name: String
        friends: [Actor!]
        picture: Picture
        age: Int!
        value: Int
      }
      type Group implements Actor & Named @key(fields: "id") {
        id: ID!
        name: String
        friends: [Actor!]
        picture: Picture
        members: [User!]!
        value: String!
      }
      type Ad implements Named { name: String value: [Float!] target: Entry! link: URL }
      type Post @key(fields: "id") { id: ID! author: Actor! replies: [Entry] value: Boolean }
      type Picture { url: URL! width: Int }
      scalar URL
    `,
    stats: `
      type Query { hottest: [Content!]! }
      union Content = Post | Group
      type Post @key(fields: "id") { id: ID! views: Int! likes: [User] }
      type User @key(fields: "id") { id: ID! lastSeen: String posts(first: Int = 1): [Post!] }
      type Group @key(fields: "id") { id: ID! activity: Activity! }
      interface Activity { score: Float }
      type Calm implements Activity { score: Float since: String! }
      type Busy implements Activity { score: Float posts: [Post] }
    `,
    badges: `
      type Post @key(fields: "id") { id: ID! badge: Badge }
      type Group @key(fields: "id") { id: ID! badges: [Badge!]! }
      interface Badge { label: String! }
      type Medal implements Badge { label: String! rank: Int }
    `,
  },
};
