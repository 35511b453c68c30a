import { beforeEach, expect, test } from '@jest/globals';
import { type NewUser, openAtrium, type User } from '../support/atrium.ts';
import { type Answer, dataOf } from '../support/graphql-client.ts';
import { codeTo, messagesTo, messageTo } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { photograph } from '../support/pictures.ts';
import { pidOf } from '../support/processes.ts';
import { ownSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { waitFor } from '../support/wait-for.ts';

// A shorter pause between tries, so that the tests need not wait long for what is made up for.
const settings = { profile: { OUTBOX_MAX_BACKOFF_MS: '1000' } };
process.stdout.write(`outages: settings ${JSON.stringify(settings)}\n`);

const system = await ownSystem({ settings });
const atrium = openAtrium(system);
const { profile, image, messaging } = system.services;

// A test that failed may have left a service down, which is no reason for the next one to fail.
beforeEach(async () => {
  await Promise.all([profile.start(), image.start(), messaging.start()]);
});

/** Waits until a user's verification has this status. */
function untilStatus(id: string, status: string): Promise<User> {
  return waitFor(
    `the user becomes ${status}`,
    async () => {
      const user = await atrium.user(id);
      return user?.phoneVerification?.status === status && user;
    },
    { timeoutMs: 20_000 },
  );
}

/** What is wrong besides the missing data must name no address, port or stack. */
function expectNoLeak(answer: Answer<unknown>): void {
  expect(answer.text).not.toMatch(/127\.0\.0\.1|localhost|ECONN|EPIPE|socket|\.ts|node_modules/i);
}

const wholeUser = `query ($id: ID!) {
  user(id: $id) { name phoneNumber avatar { id } images { edges { cursor } } messages { edges { cursor } } }
}`;

test('a dead service costs its own fields and nothing else', async () => {
  const { id, phoneNumber } = await atrium.newUser(newPerson('Asha Rao'));
  const base64 = (await photograph({ width: 32, height: 24 })).toString('base64');
  await atrium.uploadImage({ userId: id, base64, asAvatar: true });
  const ask = () => atrium.query<{ user: Record<string, unknown> | null }>(wholeUser, { id });
  const whole = dataOf(await ask());

  await image.kill();
  const withoutImage = await ask();
  expect(withoutImage.data).toEqual({ user: { ...whole.user, avatar: null, images: null } });
  expect(new Set(withoutImage.errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['UNAVAILABLE']));
  expect(withoutImage.errors.map(({ path }) => path?.[0])).toEqual(withoutImage.errors.map(() => 'user'));
  expectNoLeak(withoutImage);
  const upload = await atrium.query<{ uploadImage: null }>(operation('upload-image'), {
    input: { userId: id, base64 },
  });
  expect(upload.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
  await image.start();

  await messaging.kill();
  const withoutMessaging = await ask();
  expect(withoutMessaging.data).toEqual({ user: { ...whole.user, messages: null } });
  expect(new Set(withoutMessaging.errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['UNAVAILABLE']));
  expectNoLeak(withoutMessaging);
  await messaging.start();

  await profile.kill();
  const withoutProfile = await ask();
  expect(withoutProfile.data).toEqual({ user: null });
  expect(withoutProfile.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
  expectNoLeak(withoutProfile);
  expect((await fetch(`${system.gatewayUrl}/readyz`)).status).toBe(200);
  await profile.start();

  expect(await ask()).toMatchObject({ data: whole, errors: [] });
  expect(phoneNumber).not.toBeNull();
});

test('without Messaging a user is created PENDING; once it is back the code arrives, once, and proves the number', async () => {
  await messaging.kill();
  const person = newPerson();
  const user = await atrium.newUser(person);
  expect(user).toMatchObject({ phoneNumber: person.phoneNumber, phoneVerification: { status: 'PENDING' } });
  const premium = await atrium.newUser({ name: 'Late', phoneNumber: '+449098790000', country: 'GB' });
  expect(premium.phoneVerification?.status).toBe('PENDING');
  const verify = await atrium.query<object>(operation('verify-phone'), { input: { userId: user.id, code: '123456' } });
  expect(verify.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);

  await messaging.start();
  await untilStatus(user.id, 'CODE_SENT');
  const code = await codeTo(system, person.phoneNumber);
  expect((await atrium.verifyPhone({ userId: user.id, code })).user?.phoneVerification?.status).toBe('VERIFIED');
  await messageTo(system, person.phoneNumber, 'WELCOME');
  const operations = (await messagesTo(system, person.phoneNumber)).map((message) => message.operation);
  expect(operations).toEqual(['WELCOME', 'PHONE_VERIFICATION']);

  const refused = await untilStatus(premium.id, 'FAILED');
  expect(refused.phoneVerification?.failure).toBe('PHONE_NUMBER_TYPE_NOT_ALLOWED');
  expect(await messagesTo(system, '+449098790000')).toEqual([]);
});

test('the number of a user who was refused late is free again', async () => {
  await messaging.kill();
  const first = await atrium.newUser({ name: 'Late', phoneNumber: '+449098790001', country: 'GB' });
  expect(await atrium.createUser({ name: 'Later', phoneNumber: '+449098790001', country: 'GB' })).toMatchObject({
    user: null,
    userErrors: [{ code: 'PHONE_NUMBER_TAKEN' }],
  });
  await messaging.start();
  await untilStatus(first.id, 'FAILED');
  await messaging.kill();
  const second = await atrium.newUser({ name: 'Later', phoneNumber: '+449098790001', country: 'GB' });
  expect(second.phoneVerification?.status).toBe('PENDING');
  await messaging.start();
});

test('a Messaging that hangs holds nobody up for long, and its code arrives once when it goes on', async () => {
  const person = newPerson();
  const pid = pidOf(messaging);
  process.kill(pid, 'SIGSTOP');
  try {
    const user = await atrium.newUser(person);
    // An answer at all says that it came in time: the gateway waits 5 s and then tells TIMEOUT.
    expect(user.phoneVerification?.status).toBe('PENDING');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await codeTo(system, person.phoneNumber, 20_000);
  // Whatever else was under way reaches the inbox before a message that is asked for now.
  const fence = await atrium.newUser(newPerson());
  await codeTo(system, fence.phoneNumber ?? '');
  expect(await messagesTo(system, person.phoneNumber)).toHaveLength(1);
});

test('Profile killed amid concurrent creates: who was acknowledged is there, nobody is half there, no code is sent twice', async () => {
  const count = scale('concurrent creates around the death of Profile', { small: 100, full: 500 });
  const before = await atrium.countUsers();
  const people: NewUser[] = Array.from({ length: count }, (_, i) => ({
    ...newPerson(`Person ${i}`),
    idempotencyKey: crypto.randomUUID(),
  }));
  const acknowledged = new Map<string, string>();
  let answers = 0;
  let killed: Promise<void> | undefined;
  await Promise.all(
    people.map(async (input) => {
      const answer = await atrium.query<{ createUser: { user: User | null } | null }>(operation('create-user'), {
        input,
      });
      const user = answer.data?.createUser?.user;
      if (user) acknowledged.set(input.phoneNumber, user.id);
      else
        expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual([
          expect.stringMatching(/^(UNAVAILABLE|TIMEOUT)$/),
        ]);
      answers++;
      if (answers > count / 4) killed ??= profile.kill();
    }),
  );
  await killed;
  process.stdout.write(`${acknowledged.size} of ${count} were acknowledged before Profile died\n`);
  expect(acknowledged.size).toBeGreaterThan(0);
  await profile.start();

  await Promise.all(
    [...acknowledged].map(async ([phoneNumber, id]) => {
      expect(await atrium.user(id)).toMatchObject({ id, phoneNumber });
    }),
  );
  // A client that got no answer sends the same again.
  const repeated = await Promise.all(people.map((input) => atrium.newUser(input)));
  for (const user of repeated) {
    const known = acknowledged.get(user.phoneNumber ?? '');
    if (known) expect(user.id).toBe(known);
  }
  expect(new Set(repeated.map(({ id }) => id)).size).toBe(count);
  expect(await atrium.countUsers()).toBe(before + count);

  // Whatever was still under way reaches the inbox before a message that is asked for now.
  const fence = await atrium.newUser(newPerson());
  await codeTo(system, fence.phoneNumber ?? '', 20_000);
  await Promise.all(
    repeated.map(async ({ id, phoneNumber }) => {
      await untilStatus(id, 'CODE_SENT');
      await codeTo(system, phoneNumber ?? '', 20_000);
      expect(await messagesTo(system, phoneNumber ?? '')).toHaveLength(1);
      const messages = (await atrium.user(id))?.messages?.edges.map(({ node }) => node.operation);
      expect(messages).toEqual(['PHONE_VERIFICATION']);
    }),
  );
}, 180_000);

test('events wait for a service that is away: the welcome and the erasure happen when it is back', async () => {
  const [welcomed, deleted] = await Promise.all([atrium.newUser(newPerson()), atrium.newUser(newPerson())]);
  const base64 = (await photograph({ width: 40, height: 24 })).toString('base64');
  const { image: picture } = await atrium.uploadImage({ userId: deleted.id, base64 });
  const code = await codeTo(system, welcomed.phoneNumber ?? '');
  await codeTo(system, deleted.phoneNumber ?? '');
  await image.kill();
  await atrium.verifyPhone({ userId: welcomed.id, code });
  await messaging.kill();
  expect((await atrium.deleteUser({ id: deleted.id })).deletedUserId).toBe(deleted.id);
  await Promise.all([image.start(), messaging.start()]);
  await messageTo(system, welcomed.phoneNumber ?? '', 'WELCOME', 20_000);
  await waitFor('the picture is erased', async () => (await fetch(picture?.url ?? '')).status === 404, {
    timeoutMs: 20_000,
  });
  await waitFor(
    'the messages are erased',
    async () => (await messagesTo(system, deleted.phoneNumber ?? '')).length === 0,
    {
      timeoutMs: 20_000,
    },
  );
  const welcomes = (await messagesTo(system, welcomed.phoneNumber ?? '')).filter((m) => m.operation === 'WELCOME');
  expect(welcomes).toHaveLength(1);
});
