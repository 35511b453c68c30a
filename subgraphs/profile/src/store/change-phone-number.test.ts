import { newId } from '@atrium/service-kit';
import { expect, test } from '@jest/globals';
import { newUser, startTestStore } from '../testing/store.ts';

test('a change that PostgreSQL gives up because of a deadlock is made all the same', async () => {
  const store = await startTestStore();
  const user = newUser();
  await store.users.saveNewUser(user);
  const wanted = { userId: user.id, phoneNumber: '+919811111111', clientId: 'c', requestId: newId(), leaseMs: 0 };
  const other = newId();
  const [outcome] = await store.database.$transaction(async (tx) => {
    // Whoever waits shorter for the check is the one to give up.
    await tx.$executeRaw`SET LOCAL deadlock_timeout = '1min'`;
    await tx.$executeRaw`
      INSERT INTO phone_claims (phone_number, user_id, expires_at)
      VALUES (${wanted.phoneNumber}, ${other}::uuid, now())`;
    const change = store.users.changePhoneNumber({ ...wanted, idempotency: undefined });
    for (let isWaiting = false; !isWaiting; ) {
      const rows = await tx.$queryRaw<object[]>`SELECT 1 FROM pg_locks WHERE NOT granted`;
      isWaiting = rows.length > 0;
    }
    await tx.$executeRaw`SELECT 1 FROM phone_claims WHERE user_id = ${user.id}::uuid FOR UPDATE`;
    return [change] as const;
  });
  expect(await outcome).toMatchObject({
    kind: 'pending',
    user: { pendingPhoneChange: { phoneNumber: wanted.phoneNumber } },
  });
  await store.close();
}, 20_000);
