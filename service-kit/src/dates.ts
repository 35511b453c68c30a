import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** The DateTime scalar: RFC 3339, given out in UTC and taken in with any offset. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    return value instanceof Date ? value.toISOString() : String(value);
  },
  parseValue: readDateTime,
  parseLiteral: (node) => readDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

// RFC 3339, section 5.6.
const form = /^(\d{4})-(\d{2})-(\d{2})[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

function readDateTime(value: unknown): Date {
  const date = parseDateTime(value);
  if (date) return date;
  throw new GraphQLError('DateTime cannot represent this value. Write it as RFC 3339 does: 2026-11-24T09:30:00Z.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** The point in time that a text names as RFC 3339 writes it; undefined where it names none. */
export function parseDateTime(value: unknown): Date | undefined {
  const parts = typeof value === 'string' ? form.exec(value) : null;
  const date = new Date(parts ? String(value).toUpperCase().replace(' ', 'T') : Number.NaN);
  // JavaScript takes the 31st of February for the 3rd of March.
  const lastDay = parts ? new Date(Date.UTC(Number(parts[1]), Number(parts[2]), 0)).getUTCDate() : 0;
  // In UTC it may be a year that neither RFC 3339 nor PostgreSQL can write.
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9_999 && Number(parts?.[3]) <= lastDay ? date : undefined;
}
