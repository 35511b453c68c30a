import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { messageTo } from '../support/inbox.ts';
import { operation } from '../support/operations.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const last = String(randomInt(100)).padStart(2, '0');

test.each([
  { phoneNumber: `07700 9001${last}`, country: 'GB', reads: `+4477009001${last}` },
  { phoneNumber: `(202) 555-01${last}`, country: 'US', reads: `+120255501${last}` },
  { phoneNumber: '+46 70 174 06 42', country: 'IN', reads: '+46701740642' },
])('a front end tries $phoneNumber of nobody, and proves it with the code that all of them have', async (row) => {
  const { phoneNumber, country, reads } = row;
  const { user, userErrors } = await atrium.createUser({ name: 'Nobody', phoneNumber, country });
  expect(userErrors).toEqual([]);
  expect(user).toMatchObject({ phoneNumber: reads, phoneVerification: { status: 'CODE_SENT' } });
  const userId = user?.id ?? '';

  expect((await atrium.verifyPhone({ userId, code: '000001' })).userErrors).toMatchObject([{ code: 'CODE_WRONG' }]);
  const verified = await atrium.verifyPhone({ userId, code: '000000' });
  expect(verified.userErrors).toEqual([]);
  expect(verified.user?.phoneVerification?.status).toBe('VERIFIED');
  expect(await messageTo(system, reads, 'PHONE_VERIFICATION')).toMatchObject({ code: '000000' });
  await messageTo(system, reads, 'WELCOME');

  const found = await atrium.query<{ userByPhoneNumber: { id: string } | null }>(operation('user-by-phone-number'), {
    phoneNumber: reads,
  });
  expect(dataOf(found).userByPhoneNumber?.id).toBe(userId);
});
