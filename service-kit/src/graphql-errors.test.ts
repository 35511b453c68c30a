import { expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { PublicError } from './errors.ts';
import { formatGraphQLError, withoutValues } from './graphql-errors.ts';

test('an error that nobody marked as public leaves as INTERNAL without its message', () => {
  const original = new Error('duplicate key (phone)=(+919876543210)');
  const error = new GraphQLError(original.message, { path: ['user'], originalError: original });
  const formatted = formatGraphQLError(
    { message: error.message, path: ['user'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    error,
  );
  expect(formatted).toMatchObject({ path: ['user'], extensions: { code: 'INTERNAL' } });
  expect(JSON.stringify(formatted)).not.toContain('9876');
});

test('a public error keeps its code, message and time to wait', () => {
  const original = new PublicError('OVERLOADED', 'Too busy. Try again.', { retryAfterMs: 500 });
  const error = new GraphQLError(original.message, { path: ['user'], originalError: original });
  expect(formatGraphQLError({ message: error.message, path: ['user'] }, error)).toEqual({
    path: ['user'],
    message: 'Too busy. Try again.',
    extensions: { code: 'OVERLOADED', retryAfterMs: 500 },
  });
});

test.each([
  [
    'Variable "$input" got invalid value "secret" at "input.first"; Int cannot represent non-integer value: "secret"',
    'Variable "$input" has an invalid value at "input.first". It does not fit its type.',
  ],
  [
    'Variable "$input" got invalid value { phone: "+919876543210" }; Field "name" of required type "String!" was not provided.',
    'Variable "$input" has an invalid value. Field "name" of required type "String!" was not provided.',
  ],
  [
    'Variable "$input" got invalid value { nam: "Asha" }; Field "nam" is not defined by type "I". Did you mean "name"?',
    'Variable "$input" has an invalid value. It does not fit its type.',
  ],
  ['Cannot query field "nam" on type "User". Did you mean "name"?', 'Cannot query field "nam" on type "User".'],
  [
    'Cannot query field "nam" on type "User". Did you mean "name", "names", or "nome"?',
    'Cannot query field "nam" on type "User".',
  ],
  ['Int cannot represent non-integer value: "secret: value"', 'Int cannot represent non-integer value.'],
  [
    'ID cannot represent a non-string and non-integer value: { a: "secret" }',
    'ID cannot represent a non-string and non-integer value.',
  ],
  [
    'Enum "Channel" cannot represent non-enum value: "SSM". Did you mean the enum value "SMS"?',
    'Enum "Channel" cannot represent non-enum value.',
  ],
  [
    'Value "SSM" does not exist in "Channel" enum. Did you mean the enum value "SMS"?',
    'This value does not exist in "Channel" enum.',
  ],
  ['Expected value of type "Input!", found ["secret"].', 'Expected value of type "Input!".'],
])('%s loses values and suggestions', (message, expected) => {
  expect(withoutValues(message)).toBe(expected);
});
