import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';

const startMutation = `mutation ($inputs: [StartPhoneVerificationInput!]!) {
  startPhoneVerifications(inputs: $inputs) { requestId codeSentAt codeExpiresAt rejection }
}`;
const checkMutation = `mutation ($inputs: [CheckPhoneVerificationInput!]!) {
  checkPhoneVerification(inputs: $inputs) { userId accepted verifiedAt rejection }
}`;

interface Checked {
  userId: string;
  accepted: boolean;
  verifiedAt: string | null;
  rejection: string | null;
}

let messaging: RunningMessaging;
let numbers = 0;

beforeAll(async () => {
  messaging = await startRunningMessaging();
});
afterAll(() => messaging.close());

function newRequest(over: object = {}) {
  const phoneNumber = `+9197${String(numbers++).padStart(8, '0')}`;
  const base = { name: 'Asha', country: 'IN', locale: null, clientId: 'test-client' };
  return { ...base, requestId: newId(), userId: newId(), phoneNumber, ...over };
}

async function start(...inputs: object[]) {
  const { data, errors } = await messaging.askAsService(startMutation, { inputs });
  expect(errors).toEqual([]);
  return data.startPhoneVerifications;
}

async function check(...inputs: object[]): Promise<Checked[]> {
  const { data, errors } = await messaging.askAsService(checkMutation, {
    inputs: inputs.map((input) => ({ clientId: 'test-client', ...input })),
  });
  expect(errors).toEqual([]);
  return data.checkPhoneVerification;
}

async function codeFor(phoneNumber: string, count = 1): Promise<string> {
  return (await messaging.arrival(phoneNumber, count)).code ?? '';
}

/** Another code than the right one. */
const otherThan = (code: string, by = 1): string => String((Number(code) + by) % 1_000_000).padStart(6, '0');

describe('startPhoneVerifications', () => {
  test('a code arrives with its text, and the answer says until when it lives', async () => {
    const request = newRequest();
    const [started] = await start(request);
    expect(started).toMatchObject({ requestId: request.requestId, rejection: null });
    expect(Date.parse(started.codeExpiresAt) - Date.parse(started.codeSentAt)).toBe(600_000);
    const arrived = await messaging.arrival(request.phoneNumber);
    expect(arrived.code).toMatch(/^\d{6}$/);
    expect(arrived).toMatchObject({ channel: 'SMS', operation: 'PHONE_VERIFICATION', locale: 'en', html: null });
    expect(arrived.body).toBe(
      `${arrived.code} is your Atrium code. It works for 10 minutes. Never share it with anyone.`,
    );
  });

  test('the code is written in the reader’s language', async () => {
    const request = newRequest({ locale: 'hi-IN' });
    await start(request);
    const arrived = await messaging.arrival(request.phoneNumber);
    expect(arrived).toMatchObject({ locale: 'hi' });
    expect(arrived.body).toContain('आपका Atrium कोड');
    expect(arrived.body.length).toBeLessThanOrEqual(70);
  });

  test('a repeated request, even many at once, has one outcome and one message', async () => {
    const request = newRequest();
    const answers = await Promise.all(Array.from({ length: 20 }, () => start(request, request)));
    const [first] = answers[0];
    for (const answer of answers) expect(answer).toEqual([first, first]);
    await start(request);
    const last = newRequest();
    await start(last);
    await messaging.arrival(last.phoneNumber);
    expect(await messaging.inbox(request.phoneNumber)).toHaveLength(1);
  });

  test('a refusal is an outcome as well, and is repeated', async () => {
    const requests = [
      newRequest({ phoneNumber: '+19002345678' }),
      newRequest({ phoneNumber: 'no number' }),
      newRequest({ phoneNumber: '+91\u00009' }),
      newRequest({ requestId: 'no id' }),
      newRequest({ userId: 'no id' }),
      newRequest(),
    ];
    const outcomes = await start(...requests);
    expect(outcomes.map(({ rejection }: { rejection: string }) => rejection)).toEqual([
      'PHONE_NUMBER_TYPE_NOT_ALLOWED',
      'INVALID_FORMAT',
      'INVALID_FORMAT',
      'INVALID_FORMAT',
      'NOT_FOUND',
      null,
    ]);
    const [refused] = requests;
    expect(await start({ ...refused, phoneNumber: newRequest().phoneNumber })).toEqual([outcomes[0]]);
  });

  test('1,000 codes are made in one batch, and more are refused', async () => {
    const requests = Array.from({ length: 1_000 }, () => newRequest());
    expect(await start(...requests)).toHaveLength(1_000);
    const { errors } = await messaging.askAsService(startMutation, { inputs: [...requests, newRequest()] });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('at rest there is no code, and no number', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    await messaging.database.query('DELETE FROM developer_inbox');
    const tables = ['messages', 'challenges', 'recipient_limits', 'graphile_worker._private_jobs', 'idempotency_keys'];
    for (const table of tables) {
      const rows = await messaging.database.query<{ text: string }>(`SELECT t::text AS text FROM ${table} AS t`);
      const texts = rows.map(({ text }) => text).join('\n');
      expect(texts).not.toContain(request.phoneNumber.slice(3));
      expect(texts).not.toMatch(new RegExp(`\\b${code}\\b`));
    }
  });
});

describe('checkPhoneVerification', () => {
  test('the right code is accepted, and the same one again says so with the first time', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    const [first] = await check({ ...key(request), code });
    expect(first).toMatchObject({ userId: request.userId, accepted: true, rejection: null });
    expect(await check({ ...key(request), code })).toEqual([first]);
  });

  test('20 checks at once make one verification', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    const answers = (await Promise.all(Array.from({ length: 20 }, () => check({ ...key(request), code })))).flat();
    expect(answers.every(({ accepted }) => accepted)).toBe(true);
    expect(new Set(answers.map(({ verifiedAt }) => verifiedAt)).size).toBe(1);
  });

  test('20 guesses at once are five guesses, and then even the right code is dead', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    const guesses = Array.from({ length: 20 }, (_, index) =>
      check({ ...key(request), code: otherThan(code, index + 1) }),
    );
    const rejections = (await Promise.all(guesses)).flat().map(({ rejection }) => rejection);
    expect(rejections.filter((rejection) => rejection === 'CODE_WRONG')).toHaveLength(5);
    expect(rejections.filter((rejection) => rejection === 'CODE_USED_UP')).toHaveLength(15);
    expect(await check({ ...key(request), code })).toMatchObject([{ accepted: false, rejection: 'CODE_USED_UP' }]);
  });

  test('guesses within one batch count one by one', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    const guesses = Array.from({ length: 7 }, (_, index) => ({ ...key(request), code: otherThan(code, index + 1) }));
    expect((await check(...guesses)).map(({ rejection }) => rejection)).toEqual([
      ...Array(5).fill('CODE_WRONG'),
      ...Array(2).fill('CODE_USED_UP'),
    ]);
  });

  test('someone else’s code, an older one, one for another number, and none at all are refused', async () => {
    const [mine, theirs] = [newRequest(), newRequest()];
    await start(mine, theirs);
    const [old, other] = [await codeFor(mine.phoneNumber), await codeFor(theirs.phoneNumber)];
    await messaging.endCoolDowns();
    await start({ ...mine, requestId: newId() });
    const current = await codeFor(mine.phoneNumber, 2);
    const attempts = [
      { ...key(mine), code: other === current ? otherThan(current) : other },
      { ...key(mine), code: old === current ? otherThan(current) : old },
      { ...key(mine), phoneNumber: theirs.phoneNumber, code: other },
      { ...key(newRequest()), code: other },
      { userId: 'no id', phoneNumber: mine.phoneNumber, code: current },
      { ...key(mine), code: current },
    ];
    expect((await check(...attempts)).map(({ rejection }) => rejection)).toEqual([
      'CODE_WRONG',
      'CODE_WRONG',
      'CODE_NOT_SENT',
      'CODE_NOT_SENT',
      'CODE_NOT_SENT',
      null,
    ]);
  });

  test('a code whose time is over says so, and what cannot be a code costs no try', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    for (const slip of ['', '12345', '1234567', 'abcdef', '12345\u0000', '9'.repeat(100_000)]) {
      expect(await check({ ...key(request), code: slip })).toMatchObject([{ rejection: 'CODE_WRONG' }]);
    }
    await messaging.database.query('UPDATE challenges SET expires_at = now() WHERE user_id = $1', [request.userId]);
    expect(await check({ ...key(request), code })).toMatchObject([{ accepted: false, rejection: 'CODE_EXPIRED' }]);
  });

  test('a code is understood with spaces and in any script', async () => {
    const request = newRequest();
    await start(request);
    const code = await codeFor(request.phoneNumber);
    const devanagari = code.replace(/\d/g, (digit) => String.fromCharCode(0x0966 + Number(digit)));
    expect(
      await check({ ...key(request), code: ` ${devanagari.slice(0, 3)}\u00a0${devanagari.slice(3)} ` }),
    ).toMatchObject([{ accepted: true }]);
  });

  test('only services may start or check', async () => {
    for (const [query, inputs] of [
      [startMutation, [newRequest()]],
      [checkMutation, [{ ...key(newRequest()), code: '1', clientId: 'a' }]],
    ]) {
      const { errors } = await messaging.ask(query as string, { inputs });
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
    const { errors } = await messaging.ask('{ validatePhoneNumbers(inputs: []) { valid } }');
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

function key({ userId, phoneNumber }: { userId: string; phoneNumber: string }) {
  return { userId, phoneNumber };
}
