import { expect, test } from '@jest/globals';
import { createKey } from '../support/api-keys.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { createSender, hasManyAddresses, type TimedAnswer } from '../support/sender.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
// At addresses of their own: what is refused here counts for no other test.
const sender = createSender('127.0.0.31');
const guesser = createSender('127.0.0.32');
const bystander = createSender('127.0.0.33');
const [limited, importing, other] = await Promise.all([
  createKey(system, ['profile:read'], ['--requests-per-minute', '30']),
  createKey(system, ['profile:write'], ['--requests-per-minute', '10']),
  createKey(system, ['profile:read']),
]);

const ask = (key: string | undefined, from = sender) =>
  from.send(`${system.gatewayUrl}/graphql`, key ? { 'x-api-key': key } : {}, { query: '{ __typename }' });
const asks = (count: number, key: string | undefined, from = sender) =>
  Promise.all(Array.from({ length: count }, () => ask(key, from)));
const statuses = (answers: TimedAnswer[]) => [...new Set(answers.map(({ status }) => status))];

test('a key with 30 requests a minute is refused after 30, is told when to come back, and others go on', async () => {
  const accepted = await asks(30, limited.key);
  expect(statuses(accepted)).toEqual([200]);
  const left = accepted.map(({ headers }) => Number(/^"key";r=(\d+);t=\d+$/.exec(`${headers.ratelimit}`)?.[1]));
  expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));

  const refused = await ask(limited.key);
  expect(refused).toMatchObject({ status: 429, headers: { 'ratelimit-policy': '"key";q=30;w=60' } });
  const retryAfter = Number(refused.headers['retry-after']);
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(refused.headers.ratelimit).toBe(`"key";r=0;t=${retryAfter}`);
  expect(JSON.parse(refused.body).errors).toMatchObject([
    { message: expect.stringContaining('30'), extensions: { code: 'RATE_LIMITED', retryAfterMs: retryAfter * 1_000 } },
  ]);

  const unaffected = await ask(other.key);
  expect(unaffected).toMatchObject({ status: 200, headers: { 'ratelimit-policy': '"key";q=6000;w=60' } });
});

test('a list of users counts as many requests as it has users, and is no way round the rate', async () => {
  const createUsers = (count: number) => {
    const users = Array.from({ length: count }, () => newPerson());
    const body = { query: operation('create-users'), variables: { input: { users } } };
    return sender.send(`${system.gatewayUrl}/graphql`, { 'x-api-key': importing.key }, body);
  };
  const accepted = await createUsers(7);
  expect(accepted).toMatchObject({ status: 200, headers: { ratelimit: expect.stringContaining('r=3') } });
  expect(JSON.parse(accepted.body).data.createUsers.results).toMatchObject(
    Array(7).fill({ user: { name: 'Meera Iyer' }, userErrors: [] }),
  );
  // What is refused counts as one request.
  expect(await createUsers(4)).toMatchObject({ status: 429 });
  expect(await createUsers(2)).toMatchObject({ status: 200, headers: { ratelimit: expect.stringContaining('r=0') } });
  expect(await createUsers(1)).toMatchObject({ status: 429 });
});

if (!hasManyAddresses) process.stdout.write('skipped: failed keys by address need the addresses of 127.0.0.0/8\n');
(hasManyAddresses ? test : test.skip)(
  'an address that sends 60 bad keys in a minute is told to wait; good keys and other addresses are not',
  async () => {
    const badKey = `${other.key.slice(0, -1)}${other.key.endsWith('0') ? '1' : '0'}`;
    expect(statuses([...(await asks(30, badKey, guesser)), ...(await asks(30, undefined, guesser))])).toEqual([401]);
    const refused = await ask(badKey, guesser);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(refused.body).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);

    expect((await ask(other.key, guesser)).status).toBe(200);
    expect((await ask(badKey, bystander)).status).toBe(401);
  },
);
