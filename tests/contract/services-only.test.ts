import { expect, test } from '@jest/globals';
import { newPhoneNumber } from '../support/phone-numbers.ts';
import type { Subgraph } from '../support/schemas.ts';
import { asClient } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const userId = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
const phoneNumber = newPhoneNumber();

const servicesOnly: { field: string; subgraph: Subgraph; document: string; inputs: object }[] = [
  {
    field: 'contacts',
    subgraph: 'profile',
    document: 'query ($inputs: [ID!]!) { contacts(userIds: $inputs) { name } }',
    inputs: [userId],
  },
  {
    field: 'validatePhoneNumbers',
    subgraph: 'messaging',
    document: 'query ($inputs: [ValidatePhoneNumberInput!]!) { validatePhoneNumbers(inputs: $inputs) { valid } }',
    inputs: [{ phoneNumber, country: 'IN', clientId: 'other' }],
  },
  {
    field: 'startPhoneVerifications',
    subgraph: 'messaging',
    document:
      'mutation ($inputs: [StartPhoneVerificationInput!]!) { startPhoneVerifications(inputs: $inputs) { requestId } }',
    inputs: [{ requestId: userId, userId, phoneNumber, name: 'x', country: 'IN', clientId: 'other' }],
  },
  {
    field: 'checkPhoneVerification',
    subgraph: 'messaging',
    document:
      'mutation ($inputs: [CheckPhoneVerificationInput!]!) { checkPhoneVerification(inputs: $inputs) { accepted } }',
    inputs: [{ userId, phoneNumber, code: '123456', clientId: 'other' }],
  },
];

test.each(servicesOnly)(
  'a client may not ask for $field, whatever its scopes',
  async ({ subgraph, document, inputs }) => {
    const answer = await asClient(system, subgraph, document, { inputs });
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
  },
);

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
