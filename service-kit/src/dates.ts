import { GraphQLScalarType } from 'graphql';
import { z } from 'zod';

const rfc3339 = z.iso.datetime({ offset: true });

/** A point in time as RFC 3339 writes it, with Z or an offset; undefined where it is none. */
export function readDateTime(value: unknown): Date | undefined {
  const read = rfc3339.safeParse(value);
  return read.success ? new Date(read.data) : undefined;
}

/** The DateTime scalar: RFC 3339, told in UTC. What comes in as one is for `readDateTime` to judge. */
export const DateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize(value) {
    return value instanceof Date ? value.toISOString() : String(value);
  },
});
