import type { Graph } from '../graph.ts';

/** Several, compound and nested keys; `@requires` of plain, nested and list fields and in a chain; `@provides`. */
export const catalogue: Graph = {
  name: 'catalogue',
  entities: {
    Product: ['sku', 'upc', 'code.value'],
    Code: ['value'],
    Brand: ['organization.id'],
    Organization: ['id'],
    Review: ['id'],
  },
  sameKey: { 'Product.code': 'Code', 'Brand.organization': 'Organization' },
  subgraphs: {
    products: `
      type Query { products: [Product!]! product(sku: String!): Product brands: [Brand] }
      type Product @key(fields: "sku") @key(fields: "upc code { value }") {
        sku: String!
        upc: ID!
        code: Code!
        name: String @shareable
        price: Int
        dimensions: Dimensions @shareable
        parts: [Part!]
        grades: [[Int]]
        brand: Brand
      }
      type Code @shareable { value: String! }
      type Dimensions @shareable { height: Int width: Float unit(of: Unit = CM): String }
      enum Unit { CM INCH }
      type Part { weight: Int! name: String inner: Dimensions }
      type Brand @key(fields: "organization { id }") { organization: Organization! title: String }
      type Organization @key(fields: "id") { id: ID! name: String }
    `,
    shipping: `
      type Product @key(fields: "sku") {
        sku: String!
        price: Int @external
        dimensions: Dimensions @external
        parts: [Part!] @external
        grades: [[Int]] @external
        shippingCost(express: Boolean = false): Int @requires(fields: "price dimensions { height width }")
        totalWeight: Int! @requires(fields: "parts { weight inner { height } } grades")
        carrier: String
        parcels: [Parcel!]! @requires(fields: "price")
      }
      type Parcel { size: Float! product: Product }
      type Dimensions @shareable { height: Int width: Float }
      type Part { weight: Int! @external inner: Dimensions @external }
    `,
    warehouse: `
      type Query { fullest: [Product] }
      type Product @key(fields: "upc code { value }") {
        upc: ID!
        code: Code!
        carrier: String @external
        shippingCost(express: Boolean = false): Int @external
        stock: Int
        crates: [Crate!]!
        margin: Float @requires(fields: "shippingCost(express: true)")
        pickUp: String @requires(fields: "carrier")
      }
      type Code @shareable { value: String! }
      type Crate { count: Int product: Product! }
      type Brand @key(fields: "organization { id }") { organization: Organization! warehouses: [String!] }
      type Organization @key(fields: "id", resolvable: false) { id: ID! }
    `,
    reviews: `
      type Query { reviews(of: String): [Review!] bestReview: Review! }
      type Review @key(fields: "id") {
        id: ID!
        text: String
        product: Product @provides(fields: "name dimensions { height }")
        rival: Product
      }
      type Product @key(fields: "sku") {
        sku: String!
        name: String @external
        dimensions: Dimensions @external
        reviews: [Review]
      }
      type Dimensions @shareable { height: Int width: Float }
    `,
  },
};
