import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createdUser, faultsOf, freshInput, freshNumber, mutate } from '../testing/flows.ts';
import { type ClientOptions, type Harness, startHarness } from '../testing/harness.ts';

const ofNumber = 3;
const ofCaller = 8;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ TAKEN_BUDGET_NUMBER: String(ofNumber), TAKEN_BUDGET_CALLER: String(ofCaller) });
});
afterAll(() => harness.close());

const ask = (phoneNumber: string | null, options: ClientOptions) =>
  mutate(harness, 'createUser', freshInput({ phoneNumber }), options);
const taken = 'phoneNumber PHONE_NUMBER_TAKEN';
const exceeded = 'phoneNumber BUDGET_EXCEEDED';
let callers = 0;
const newCaller = (): ClientOptions => ({ clientId: `caller ${callers++}` });

test('of a number it is told so often a day that it is taken, whoever asks; then nothing, even once it is free', async () => {
  const user = await createdUser(harness);
  for (let time = 0; time < ofNumber; time++)
    expect(faultsOf(await ask(user.phoneNumber, newCaller()))).toEqual([taken]);
  const over = await ask(user.phoneNumber, newCaller());
  expect(faultsOf(over)).toEqual([exceeded]);
  expect(over.userErrors[0]?.message).toBe('Too many numbers were asked for that others hold. Ask again in 24 hours.');
  await harness.ask('mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }', {
    input: { id: user.id },
  });
  expect(await ask(user.phoneNumber, newCaller())).toEqual(over);
});

test('past the budget of a caller a free number is answered as a taken one is, by every way; others go on', async () => {
  const spent = newCaller();
  const holders = await Promise.all(Array.from({ length: ofCaller + 1 }, () => createdUser(harness)));
  for (const { phoneNumber } of holders.slice(1)) expect(faultsOf(await ask(phoneNumber, spent))).toEqual([taken]);
  const ofTaken = await ask(holders[0]?.phoneNumber ?? '', spent);
  const free = freshNumber();
  const ofFree = await ask(free, spent);
  expect(faultsOf(ofTaken)).toEqual([exceeded]);
  expect(ofFree).toEqual(ofTaken);
  const { id } = await createdUser(harness);
  for (const phoneNumber of [free, holders[0]?.phoneNumber]) {
    expect(await mutate(harness, 'changePhoneNumber', { userId: id, phoneNumber }, spent)).toEqual(ofTaken);
  }
  const { data } = await harness.ask<{ createUsers: { results: { userErrors: { code: string }[] }[] } }>(
    'mutation ($input: CreateUsersInput!) { createUsers(input: $input) { results { userErrors { code } } } }',
    { input: { users: [freshInput({ phoneNumber: free }), freshInput({ phoneNumber: holders[0]?.phoneNumber })] } },
    spent,
  );
  expect(data?.createUsers.results.map(({ userErrors }) => userErrors[0]?.code)).toEqual(
    Array(2).fill('BUDGET_EXCEEDED'),
  );
  expect(faultsOf(await ask(free, newCaller()))).toEqual([]);
});

test('changes of number spend the same budgets', async () => {
  const [user, holder] = await Promise.all([createdUser(harness), createdUser(harness)]);
  const caller = newCaller();
  for (let time = 0; time < ofNumber; time++) {
    const payload = await mutate(
      harness,
      'changePhoneNumber',
      { userId: user.id, phoneNumber: holder.phoneNumber },
      caller,
    );
    expect(faultsOf(payload)).toEqual([taken]);
  }
  expect(faultsOf(await ask(holder.phoneNumber, caller))).toEqual([exceeded]);
});

test('of many at once no more are told than the budget has, over all processes', async () => {
  const another = await harness.startAnother();
  const { phoneNumber } = await createdUser(harness);
  const payloads = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(phoneNumber, { ...newCaller(), profile: index % 2 === 0 ? another : harness.profile }),
    ),
  );
  expect(payloads.flatMap(faultsOf).filter((fault) => fault === taken)).toHaveLength(ofNumber);
  await harness.stop(another);
});

test('a budget is whole again when its time is over', async () => {
  const short = { TAKEN_BUDGET_NUMBER_WINDOW_MS: '300' };
  const profile = await harness.startAnother(short);
  const { phoneNumber } = await createdUser(harness);
  for (let time = 0; time <= ofNumber; time++) await ask(phoneNumber, { ...newCaller(), profile });
  while (faultsOf(await ask(phoneNumber, { ...newCaller(), profile }))[0] !== taken);
  await harness.stop(profile);
});

test('a list that was refused for the moment is judged anew when its key is used again', async () => {
  const profile = await harness.startAnother({ TAKEN_BUDGET_CALLER: '1', TAKEN_BUDGET_CALLER_WINDOW_MS: '2000' });
  const caller = { ...newCaller(), profile };
  const { phoneNumber } = await createdUser(harness);
  const input = { users: [freshInput()], idempotencyKey: 'the same list' };
  const create = async () => {
    const { data } = await harness.ask<{ createUsers: { results: { userErrors: { code: string }[] }[] } }>(
      'mutation ($input: CreateUsersInput!) { createUsers(input: $input) { results { userErrors { code } } } }',
      { input },
      caller,
    );
    return data?.createUsers.results[0]?.userErrors.map(({ code }) => code);
  };
  await Promise.all([ask(phoneNumber, caller), ask(phoneNumber, caller)]);
  expect(await create()).toEqual(['BUDGET_EXCEEDED']);
  while ((await create())?.[0] === 'BUDGET_EXCEEDED');
  expect(await create()).toEqual([]);
  await harness.stop(profile);
});

test('what is kept of a number is a keyed hash', async () => {
  const { phoneNumber } = await createdUser(harness);
  await ask(phoneNumber, newCaller());
  const rows = await harness.sql<{ text: string }>('SELECT t::text AS text FROM taken_answers AS t');
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(({ text }) => text).join()).not.toContain(phoneNumber?.slice(-8));
});

test('a budget whose time is over is forgotten, and no other', async () => {
  await harness.sql(
    `INSERT INTO taken_answers (kind, key, count, ends_at)
     VALUES ('caller', 'over', 1, now() - interval '1 second'), ('caller', 'not yet', 1, now() + interval '1 hour')`,
  );
  const profile = await harness.startAnother({ CLEAN_UP_EVERY_MS: '100' });
  const keys = async () => (await harness.sql<{ key: string }>('SELECT key FROM taken_answers')).map(({ key }) => key);
  while ((await keys()).includes('over'));
  expect(await keys()).toContain('not yet');
  await harness.stop(profile);
});
