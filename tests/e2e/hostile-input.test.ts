import { expect, test } from '@jest/globals';
import {
  buildClientSchema,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { openAtrium } from '../support/atrium.ts';
import { errorCodes } from '../support/codes.ts';
import { complaintsOf, type Payloads } from '../support/complaints.ts';
import { dataOf, send } from '../support/graphql-client.ts';
import { hostileVariants } from '../support/hostile-values.ts';
import { inputRows, nobody } from '../support/input-rows.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id: userId } = await atrium.newUser(newPerson('Asha Rao'));

const schema = buildClientSchema(
  dataOf(await send<IntrospectionQuery>(atrium.url, atrium.headers, getIntrospectionQuery())),
);
const userErrorCodes = new Set(
  (schema.getType('UserErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name),
);

/** Every field of the input that an operation takes, those included that the table leaves out. */
function fieldsOf(name: string): string[] {
  const type = /\$input: (\w+)!/.exec(operation(name))?.[1] ?? '';
  return Object.keys((schema.getType(type) as GraphQLInputObjectType).getFields());
}

test('whatever is put wherever a value goes, the answer has codes of the lists, and none is INTERNAL', async () => {
  const sweeps = [
    ...Object.entries(inputRows(userId)).map(([name, { good }]) => ({
      name,
      good: () => ({ input: { ...Object.fromEntries(fieldsOf(name).map((field) => [field, undefined])), ...good() } }),
    })),
    { name: 'user', good: () => ({ id: userId }) },
    { name: 'users', good: () => ({ first: 2, after: null }) },
    { name: 'user-by-phone-number', good: () => ({ phoneNumber: '+91 98765-43210' }) },
    { name: 'message-stats', good: () => ({ from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' }) },
    { name: 'user-stats', good: () => ({ from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' }) },
    {
      name: 'search-users',
      good: () => ({
        search: 'asha pune',
        filter: { country: ['IN'], phoneVerificationStatus: ['VERIFIED'], createdAfter: null, createdBefore: null },
        orderBy: { field: 'NAME', direction: 'ASC' },
        first: 2,
        after: null,
      }),
    },
    { name: 'image', good: () => ({ id: nobody }) },
    { name: 'message-templates', good: () => ({ operation: 'WELCOME', channel: 'SMS', locale: 'hi' }) },
    { name: 'message-template-versions', good: () => ({ operation: 'WELCOME', channel: 'SMS', locale: 'hi' }) },
    {
      name: 'preview-message',
      good: () => ({ operation: 'WELCOME', channel: 'SMS', locale: 'hi', variables: { name: 'Asha' } }),
    },
    { name: 'message', good: () => ({ id: nobody }) },
    { name: 'validate-phone-number', good: () => ({ phoneNumber: '098765 43210', country: 'IN' }) },
  ];
  const cases = sweeps.flatMap(({ name, good }) => hostileVariants(good).map((variant) => ({ name, ...variant })));
  process.stdout.write(`hostile inputs: ${cases.length}\n`);
  const wrong: object[] = [];
  async function work(): Promise<void> {
    for (let next = cases.pop(); next; next = cases.pop()) {
      const { name, what, variables } = next;
      const answer = await atrium.query<Payloads>(operation(name), variables);
      const codes = complaintsOf(answer).map((complaint) => complaint.split(' ', 1)[0] ?? '');
      const known = codes.every((code) => errorCodes.has(code) || userErrorCodes.has(code));
      const messages = answer.errors.map(({ message }) => message);
      const short = messages.every((message) => message.length < 500);
      const whole = answer.data !== undefined || answer.errors.length > 0;
      if (!known || !short || !whole || answer.status >= 500) {
        wrong.push({ name, what, status: answer.status, codes, text: answer.text.slice(0, 300) });
      }
    }
  }
  await Promise.all(Array.from({ length: 16 }, work));
  expect(wrong).toEqual([]);
}, 120_000);
