import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OperatorTools, openOperatorTools } from '../operator-command.ts';
import { startTestDatabase, type TestDatabase } from '../testing/database.ts';
import { allowNumber, check, denyNumber, list, removeRule, setRule } from './commands.ts';

let database: TestDatabase;
let production: OperatorTools;
let development: OperatorTools;
beforeAll(async () => {
  database = await startTestDatabase();
  const env = { DATABASE_URL: database.url, NUMBER_HMAC_KEY: Buffer.alloc(32, 9).toString('base64url') };
  production = openOperatorTools(env);
  development = openOperatorTools({ ...env, ATRIUM_MODE: 'development' });
});
afterAll(async () => {
  await production.database.$disconnect();
  await development.database.$disconnect();
  await database.stop();
});

test('rules are set, listed in columns that line up, and removed', async () => {
  const denied = await setRule(production, { kind: 'country', value: 'kp', effect: 'DENY', reason: 'sanctions' });
  expect(denied.text).toBe('deny country KP is in force.');
  const allowed = await setRule(production, { kind: 'prefix', value: '+44 74', effect: 'ALLOW' });
  expect(allowed.json).toEqual({ kind: 'PREFIX', value: '+4474', effect: 'ALLOW' });
  await setRule(production, { kind: 'type', value: 'voip', effect: 'ALLOW' });
  const { json, text } = await list(production, { limit: 10 });
  const { rules } = json as { rules: { kind: string; value: string; effect: string }[] };
  expect(rules).toContainEqual(expect.objectContaining({ kind: 'COUNTRY', value: 'KP', effect: 'DENY' }));
  expect(rules.filter(({ value }) => value === 'VOIP')).toMatchObject([{ effect: 'ALLOW' }]);

  expect(text).toMatch(/^country +KP +deny +\S+ \S+Z +sanctions$/m);
  const [head = '', ...lines] = (text.split('\n\n')[0] ?? '').split('\n');
  expect(lines).toHaveLength(rules.length);
  for (const column of ['VALUE', 'EFFECT', 'SINCE']) {
    const place = head.indexOf(column);
    for (const line of lines) expect(line.slice(place - 2, place + 1)).toMatch(/^ {2}\S$/);
  }

  const subject = { kind: 'prefix', value: '+4474' };
  expect((await removeRule(production, subject)).text).toBe('The rule about prefix +4474 is gone.');
  await expect(removeRule(production, subject)).rejects.toThrow('There is no such rule. See phone-policy list.');
});

test.each([
  ['country', 'korea', 'no country'],
  ['prefix', '4470', 'no prefix'],
  ['prefix', '+', 'no prefix'],
  ['type', 'tin-can', 'no type of line'],
  ['planet', 'mars', 'a country, a prefix or a type'],
])('no rule is made of %s %s', async (kind, value, fault) => {
  await expect(setRule(production, { kind, value, effect: 'DENY' })).rejects.toThrow(fault);
});

test('a number is checked as Messaging would judge it, and the rule that decides is named', async () => {
  await setRule(production, { kind: 'prefix', value: '+449', effect: 'DENY', reason: 'a test' });
  expect((await check(production, '+449098790000', {})).json).toEqual({
    valid: false,
    number: '+44******0000',
    country: 'GB',
    type: 'PREMIUM_RATE',
    rejection: 'PHONE_NUMBER_BLOCKED',
    decidedBy: { kind: 'PREFIX', value: '+449', effect: 'DENY' },
  });
  expect((await check(production, '098765 43210', { country: 'IN' })).text).toBe(
    'Served. Decided by: allow country *.\n+91******3210, IN, MOBILE',
  );
  expect((await check(production, '+919876', {})).text).toMatch(/^Refused: PHONE_NUMBER_INVALID\. There is no such/);
  // A test number is one in development only.
  expect((await check(production, '+447700900123', {})).json).toMatchObject({ valid: false });
  expect((await check(development, '+447700900123', {})).json).toMatchObject({ valid: true, country: 'GB' });
});

test('denied numbers are blocked, and are shown to nobody', async () => {
  const number = '+447911123456';
  expect((await denyNumber(production, [number], { reason: 'fraud', expires: 60_000 })).text).toBe(
    '1 number is denied.',
  );
  expect((await denyNumber(production, ['+919876543211', '+91 98765 43212'], {})).text).toBe('2 numbers are denied.');
  await expect(denyNumber(production, ['+919876543213', '9876543214'], {})).rejects.toThrow('Number 2 is none.');
  expect((await check(production, number, {})).json).toMatchObject({ valid: false, decidedBy: 'denied number' });
  const { json, text } = await list(production, { limit: 10 });
  const { deniedNumbers } = json as { deniedNumbers: object[] };
  expect(deniedNumbers).toHaveLength(3);
  expect(deniedNumbers).toContainEqual({
    hash: expect.stringMatching(/^[\da-f]{16}$/),
    reason: 'fraud',
    createdAt: expect.any(Date),
    expiresAt: expect.any(Date),
  });
  expect(text).toMatch(/\n\nDENIED NUMBER +SINCE +UNTIL +REASON\n/);
  expect(text).toContain('for ever');
  expect(text + JSON.stringify(json)).not.toMatch(/7911123456|98765/);

  expect((await allowNumber(production, [number])).text).toBe('1 number is denied no more.');
  expect((await check(production, number, {})).json).toMatchObject({ valid: true });
  await expect(allowNumber(production, [number])).rejects.toThrow('No such number is on the deny list.');
});
