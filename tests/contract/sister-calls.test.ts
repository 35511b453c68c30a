import { describe, expect, test } from '@jest/globals';
import { type FieldNode, Kind } from 'graphql';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { codeTo, messagesTo, otherCode } from '../support/inbox.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { type SisterDocument, type Subgraph, sisterDocuments } from '../support/schemas.ts';
import { asService } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

/** The one field that a document asks for, and the one variable that it takes. */
function shapeOf({ document }: SisterDocument): { field: string; key: string; variable: string } {
  const [definition] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  const field = definition.selectionSet.selections[0] as FieldNode;
  return {
    field: field.name.value,
    key: field.alias?.value ?? field.name.value,
    variable: definition.variableDefinitions?.[0]?.variable.name.value ?? '',
  };
}

/** Sends a service's own document to its sister, as that service does. */
async function call<Item>(from: Subgraph, to: Subgraph, field: string, inputs: object[] | string[]): Promise<Item[]> {
  const document = sisterDocuments(from).find((candidate) => shapeOf(candidate).field === field);
  if (!document) throw new Error(`${from} has no document for ${field}`);
  const { key, variable } = shapeOf(document);
  const answer = await asService<Record<string, Item[]>>(system, from, to, document.source, { [variable]: inputs });
  return dataOf(answer)[key] ?? [];
}

describe("Profile's calls to Messaging", () => {
  interface Validation {
    valid: boolean;
    rejection: string | null;
  }
  interface Start {
    requestId: string;
    codeSentAt: string | null;
    codeExpiresAt: string | null;
    rejection: string | null;
  }
  interface Check {
    userId: string;
    accepted: boolean;
    verifiedAt: string | null;
    rejection: string | null;
  }
  const validateNumbers = (inputs: object[]) =>
    call<Validation>('profile', 'messaging', 'validatePhoneNumbers', inputs);
  const start = (inputs: object[]) => call<Start>('profile', 'messaging', 'startPhoneVerifications', inputs);
  const check = (inputs: object[]) => call<Check>('profile', 'messaging', 'checkPhoneVerification', inputs);
  const starting = (more: object = {}) => ({
    requestId: crypto.randomUUID(),
    userId: crypto.randomUUID(),
    phoneNumber: newPhoneNumber(),
    name: 'Asha Rao',
    country: 'IN',
    clientId: 'contract-tests',
    ...more,
  });

  test('many numbers are judged at once, in order, each by itself', async () => {
    const inputs = [
      { phoneNumber: '098765 43210', country: 'IN' },
      { phoneNumber: '+449098790000', country: 'GB' },
      { phoneNumber: '12345', country: 'IN' },
      { phoneNumber: 'abcdefghij', country: 'IN' },
      { phoneNumber: '', country: 'IN' },
      { phoneNumber: '098765 43210', country: 'XZ' },
      { phoneNumber: '06 12 34 56 78', country: 'IN' },
      { phoneNumber: '098765 43210', country: 'IN' },
    ];
    const outcomes = await validateNumbers(inputs.map((input) => ({ ...input, clientId: 'contract-tests' })));
    expect(outcomes.map(({ valid, rejection }) => (valid ? null : rejection))).toEqual([
      null,
      'PHONE_NUMBER_TYPE_NOT_ALLOWED',
      'PHONE_NUMBER_INVALID',
      'INVALID_FORMAT',
      'REQUIRED',
      'COUNTRY_UNKNOWN',
      'PHONE_NUMBER_WRONG_COUNTRY',
      null,
    ]);
  });

  test('a batch of starts has an outcome for each in order: a code, or why there is none', async () => {
    const good = starting();
    const refused = starting({ phoneNumber: '+449098790000' });
    const outcomes = await start([good, refused, starting()]);
    expect(outcomes).toMatchObject([
      { requestId: good.requestId, codeSentAt: expect.any(String), codeExpiresAt: expect.any(String), rejection: null },
      { requestId: refused.requestId, codeSentAt: null, rejection: 'PHONE_NUMBER_TYPE_NOT_ALLOWED' },
      { codeSentAt: expect.any(String), rejection: null },
    ]);
    expect(await codeTo(system, good.phoneNumber)).toMatch(/^\d{6}$/);
  });

  test('a repeated request is answered with its first outcome and makes no second code, at once or later', async () => {
    const input = starting();
    const answers = await Promise.all(Array.from({ length: 10 }, () => start([input, input])));
    const later = await start([input]);
    const outcomes = [...answers.flat(), ...later];
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    await codeTo(system, input.phoneNumber);
    // A later message to someone else has arrived, so a second code to this number would have, too.
    const fence = starting();
    await start([fence]);
    await codeTo(system, fence.phoneNumber);
    expect(await messagesTo(system, input.phoneNumber)).toHaveLength(1);
  });

  test('a code is accepted from its own user and number only, and again with the time of the first', async () => {
    const [asha, ravi] = [starting(), starting()];
    await start([asha, ravi]);
    const code = await codeTo(system, asha.phoneNumber);
    const { userId, phoneNumber } = asha;
    const clientId = 'contract-tests';
    const refused = await check([
      { userId, phoneNumber, code: otherCode(code), clientId },
      { userId: ravi.userId, phoneNumber, code, clientId },
      { userId, phoneNumber: newPhoneNumber(), code, clientId },
      { userId: crypto.randomUUID(), phoneNumber: newPhoneNumber(), code, clientId },
    ]);
    expect(refused.map(({ accepted }) => accepted)).toEqual([false, false, false, false]);
    expect(refused.map(({ rejection }) => rejection)).toEqual([
      'CODE_WRONG',
      expect.stringMatching(/^CODE_(WRONG|NOT_SENT)$/),
      'CODE_NOT_SENT',
      'CODE_NOT_SENT',
    ]);
    const [first] = await check([{ userId, phoneNumber, code, clientId }]);
    const [again] = await check([{ userId, phoneNumber, code, clientId }]);
    expect(first).toMatchObject({ userId, accepted: true, verifiedAt: expect.any(String), rejection: null });
    expect(again).toEqual(first);
  });
});

describe.each([{ from: 'image' as const }, { from: 'messaging' as const }])("$from's call to Profile", ({ from }) => {
  test('contacts are answered in order: known, unknown, malformed, repeated and deleted', async () => {
    const atrium = openAtrium(system);
    const [asha, gone] = await Promise.all([
      atrium.newUser({ ...newPerson('Asha Rao'), email: 'asha@example.com', locale: 'hi' }),
      atrium.newUser(newPerson()),
    ]);
    await atrium.deleteUser({ id: gone.id });
    const ids = [asha.id, crypto.randomUUID(), 'no id', '\u0000', asha.id, gone.id];
    const contacts = await call<Record<string, unknown> | null>(from, 'profile', 'contacts', ids);
    expect(contacts.map((contact) => contact !== null)).toEqual([true, false, false, false, true, false]);
    expect(contacts[4]).toEqual(contacts[0]);
  });
});
