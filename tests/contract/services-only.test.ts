import { expect, test } from '@jest/globals';
import { newPhoneNumber } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const userId = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
const phoneNumber = newPhoneNumber();

const servicesOnly: { field: string; document: string; inputs: object }[] = [
  {
    field: 'contacts',
    document: 'query ($inputs: [ID!]!) { contacts(userIds: $inputs) { name } }',
    inputs: [userId],
  },
  {
    field: 'validatePhoneNumbers',
    document: 'query ($inputs: [ValidatePhoneNumberInput!]!) { validatePhoneNumbers(inputs: $inputs) { valid } }',
    inputs: [{ phoneNumber, country: 'IN', clientId: 'other' }],
  },
  {
    field: 'startPhoneVerifications',
    document:
      'mutation ($inputs: [StartPhoneVerificationInput!]!) { startPhoneVerifications(inputs: $inputs) { requestId } }',
    inputs: [{ requestId: userId, userId, phoneNumber, name: 'x', country: 'IN', clientId: 'other' }],
  },
  {
    field: 'checkPhoneVerification',
    document:
      'mutation ($inputs: [CheckPhoneVerificationInput!]!) { checkPhoneVerification(inputs: $inputs) { accepted } }',
    inputs: [{ userId, phoneNumber, code: '123456', clientId: 'other' }],
  },
];

test.each(servicesOnly)('$field is no field of the public graph', async ({ document, inputs, field }) => {
  const response = await fetch(`${system.gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': system.apiKey },
    body: JSON.stringify({ query: document, variables: { inputs } }),
  });
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  expect(errors.map(({ message }) => message).join(' ')).toContain(field);
  expect(errors.map(({ message }) => message).join(' ')).not.toContain('Did you mean');
});
