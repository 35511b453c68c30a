import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { dataOf } from '../support/graphql-client.ts';
import { ownSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

const budget = 20;
const system = await ownSystem({
  settings: {
    messaging: { SEND_BUDGET_PREFIX_HOUR: String(budget), SEND_BUDGET_HOUR_MS: '4000', SEND_BUDGET_ADDRESS_HOUR: '50' },
  },
});
const atrium = openAtrium(system);

const createUsers = `mutation ($input: CreateUsersInput!) {
  createUsers(input: $input) { results { user { id phoneVerification { status } } userErrors { code } } }
}`;
const statuses = 'query ($id: ID!) { user(id: $id) { phoneVerification { status } } }';

interface Created {
  createUsers: { results: { user: { id: string; phoneVerification: { status: string } } | null }[] };
}

test('of 40 numbers of one prefix the budget is sent at once; all are created, and the others are sent as time goes by', async () => {
  const users = Array.from({ length: 2 * budget }, (_, index) => ({
    name: 'Meera Iyer',
    phoneNumber: `+9198760${10_000 + index}`,
    country: 'IN',
  }));
  const { results } = dataOf(await atrium.query<Created>(createUsers, { input: { users } })).createUsers;
  const found = results.map(({ user }) => user?.phoneVerification.status);
  process.stdout.write(
    `40 numbers, a budget of ${budget}: ${found.filter((each) => each === 'CODE_SENT').length} sent\n`,
  );
  expect(found).toEqual([...Array(budget).fill('CODE_SENT'), ...Array(budget).fill('PENDING')]);

  const waiting = results.slice(budget).map(({ user }) => user?.id);
  await waitFor(
    'every code is sent',
    async () => {
      const now = await Promise.all(
        waiting.map(async (id) =>
          dataOf(await atrium.query<{ user: { phoneVerification: { status: string } } }>(statuses, { id })),
        ),
      );
      return now.every(({ user }) => user.phoneVerification.status === 'CODE_SENT');
    },
    { timeoutMs: 40_000, everyMs: 300 },
  );
});
