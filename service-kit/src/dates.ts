import { GraphQLScalarType } from 'graphql';

/** The DateTime scalar, for output: RFC 3339 in UTC. */
export const DateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize(value) {
    return value instanceof Date ? value.toISOString() : String(value);
  },
});
