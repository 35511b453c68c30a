import { buildASTSchema, type GraphQLSchema, isObjectType, isUnionType, parse } from 'graphql';
import { resolversOf } from './resolvers.ts';
import { readSdl, type SubgraphName } from './sdl.ts';

/** What a subgraph of these answers beside its own SDL, by the federation subgraph specification. */
const federation = `
  scalar _Any
  union _Entity = ENTITIES
  type _Service { sdl: String! }
  extend type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
`;

/** The executable schema of a subgraph: its SDL, `_service` and `_entities`. */
export function createSchema(name: SubgraphName): GraphQLSchema {
  const sdl = readSdl(name);
  const entities = [...sdl.matchAll(/^(?:extend )?type (\w+) @key/gm)].map(([, type]) => type);
  // Federation's directives are not defined here: nothing that executes looks at them.
  const document = parse(asDefinitions(sdl) + federation.replace('ENTITIES', entities.join(' | ')));
  const schema = buildASTSchema(document, { assumeValidSDL: true });
  const { fields, references } = resolversOf(name);
  for (const [type, resolvers] of Object.entries(fields)) {
    const object = schema.getType(type);
    if (!isObjectType(object)) throw new Error(`${name} has no type ${type}`);
    for (const [field, resolve] of Object.entries(resolvers))
      Object.assign(object.getFields()[field] ?? {}, { resolve });
  }
  const query = schema.getQueryType()?.getFields() ?? {};
  Object.assign(query._service ?? {}, { resolve: () => ({ sdl }) });
  Object.assign(query._entities ?? {}, {
    resolve: (_: unknown, { representations }: { representations: { __typename: string; id: string }[] }) =>
      representations.map((representation) => references[representation.__typename]?.(representation.id)),
  });
  const entity = schema.getType('_Entity');
  if (isUnionType(entity)) entity.resolveType = (value: { __typename: string }) => value.__typename;
  return schema;
}

/** The SDL with its extended types as types of their own, which in a subgraph's schema they are. */
function asDefinitions(sdl: string): string {
  return sdl.replaceAll(/^extend type/gm, 'type');
}
