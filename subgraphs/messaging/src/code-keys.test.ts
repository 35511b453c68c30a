import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CodeClient, openCodeClient } from './testing/code-client.ts';
import { checkPhones, startPhones } from './testing/phone-codes.ts';
import { type RunningMessaging, randomKey, startRunningMessaging } from './testing/running-messaging.ts';

const [old, next] = [randomKey(), randomKey()];
let messaging: RunningMessaging;
let client: CodeClient;

beforeAll(async () => {
  messaging = await startRunningMessaging({ CODE_HMAC_KEY: old });
  client = openCodeClient(messaging, { clientId: 'log-in', scopes: ['messaging:codes', 'profile:read'] });
});
afterAll(() => messaging.close());

async function sent() {
  const user = messaging.profile.addUser();
  await startPhones(messaging, user);
  const proof = await messaging.arrival(user.phoneNumber ?? '');
  await messaging.endCoolDowns();
  await client.send(user.userId);
  const login = await messaging.arrival(user.phoneNumber ?? '', 2);
  return { user, proof: proof.code ?? '', login: login.code ?? '' };
}

test('a code counts while the key that made it is held, and no longer', async () => {
  const [before, doomed] = [await sent(), await sent()];

  await messaging.restart({ CODE_HMAC_KEY: `${next},${old}` });
  expect((await client.check(before.user.userId, before.login)).accepted).toBe(true);
  expect(await checkPhones(messaging, { ...before.user, code: before.proof })).toMatchObject([{ accepted: true }]);
  const during = await sent();

  await messaging.restart({ CODE_HMAC_KEY: next });
  expect((await client.check(during.user.userId, during.login)).accepted).toBe(true);
  expect(await checkPhones(messaging, { ...during.user, code: during.proof })).toMatchObject([{ accepted: true }]);
  for (let guesses = 0; guesses < 6; guesses++) {
    const { userErrors } = await client.check(doomed.user.userId, doomed.login);
    expect(client.named(userErrors)).toEqual(['CODE_EXPIRED input.code']);
  }
  expect(await checkPhones(messaging, { ...doomed.user, code: doomed.proof })).toMatchObject([
    { accepted: false, rejection: 'CODE_EXPIRED' },
  ]);
});
