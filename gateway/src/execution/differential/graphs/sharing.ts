import type { Graph } from '../graph.ts';

/** Fields, objects and roots that several subgraphs can give, also with other nullability, and fields that moved. */
export const sharing: Graph = {
  name: 'sharing',
  entities: { City: ['id'], Country: ['code'] },
  steady: ['City.name', 'City.position', 'Position', 'Query.capital', 'Query.cities'],
  subgraphs: {
    geo: `
      type Query { capital: City @shareable cities(first: Int = 2): [City!] @shareable country(code: ID!): Country }
      type City @key(fields: "id") {
        id: ID!
        name: String @shareable
        position: Position @shareable
        country: Country!
        mayor: String
        area: Float
      }
      type Position @shareable { lat: Float! lon: Float! altitude: Int }
      type Country @key(fields: "code") { code: ID! cities: [City] anthem: String motto: String }
      interface Place { name: String }
    `,
    weather: `
      type Query { capital: City @shareable cities(first: Int = 2): [City!] @shareable stormy: [City]! }
      type City @key(fields: "id") {
        id: ID!
        name: String! @shareable
        position: Position! @shareable
        forecast(days: Int! = 3): [Day!]!
        mayor: String @override(from: "geo")
      }
      type Position @shareable { lat: Float! lon: Float grid: String }
      type Day { high: Float low: Float! wind: Wind }
      type Wind { speed: Float! gusts: [Float] }
    `,
    travel: `
      type City @key(fields: "id") {
        id: ID!
        position: Position @external
        hotels: [Hotel] @requires(fields: "position { lat altitude grid }")
        area: Float @override(from: "geo")
      }
      type Position @shareable { lat: Float! altitude: Int grid: String }
      type Hotel { name: String! stars: Int city: City }
      type Country @key(fields: "code") { code: ID! visa: Boolean! motto: String @override(from: "geo") }
    `,
  },
};
