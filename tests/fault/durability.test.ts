import { expect, test } from '@jest/globals';
import pg from 'pg';
import { type NewUser, openAtrium, type User } from '../support/atrium.ts';
import { operation } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { pidOf } from '../support/processes.ts';
import { ownSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';
import { untilTold } from '../support/until-told.ts';
import { waitFor } from '../support/wait-for.ts';

const settings = { profile: { OUTBOX_MAX_BACKOFF_MS: '1000' } };
process.stdout.write(`durability: settings ${JSON.stringify(settings)}\n`);
const callers = 32;
const recoveryMs = 10_000;

// Whoever runs services starts them again when they die; nothing else helps them.
const system = await ownSystem({ settings, restart: true });
const atrium = openAtrium(system);

/** Creates a person; undefined where no answer came that acknowledges them. */
async function create(input: NewUser): Promise<string | undefined> {
  const answer = await atrium
    .query<{ createUser: { user: User | null } | null }>(operation('create-user'), { input })
    .catch(() => undefined);
  return answer?.data?.createUser?.user?.id;
}

async function ask<Row extends object>(database: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function killProfile(): Promise<void> {
  const dead = pidOf(system.services.profile);
  process.kill(dead, 'SIGKILL');
  await waitFor('Profile runs again', () => ![undefined, dead].includes(system.services.profile.pid), {
    timeoutMs: 30_000,
  });
}

/** An immediate shutdown: PostgreSQL drops everything and recovers from its log when it starts. */
async function killPostgres(): Promise<void> {
  await system.postgres?.kill('SIGQUIT');
  await system.postgres?.start();
}

const halves = {
  'a user without the claim on their number':
    'SELECT id FROM users WHERE NOT EXISTS (SELECT FROM phone_claims WHERE user_id = users.id AND phone_claims.phone_number = users.phone_number)',
  'a claim without its user': 'SELECT user_id FROM phone_claims WHERE user_id NOT IN (SELECT id FROM users)',
  'a user for whom no code was asked':
    "SELECT id FROM users WHERE phone_status = 'PENDING' AND id NOT IN (SELECT user_id FROM outbox)",
  'a record of nobody': 'SELECT user_id FROM outbox WHERE user_id NOT IN (SELECT id FROM users)',
  'an idempotency key of nobody': 'SELECT user_id FROM idempotency_keys WHERE user_id NOT IN (SELECT id FROM users)',
};

test('Profile and PostgreSQL die amid creates: whoever was acknowledged is there, and nobody by half', async () => {
  const count = scale('users created', { small: 200, full: 5_000 });
  const deaths = scale('deaths, of Profile and PostgreSQL in turn', { small: 2, full: 20 });
  const [{ durable = false } = {}] = await ask<{ durable: boolean }>(
    system.databases.profile,
    "SELECT current_setting('synchronous_commit') = 'on' AND current_setting('fsync') = 'on' AS durable",
  );
  expect(durable).toBe(true);

  const people: NewUser[] = Array.from({ length: count }, () => ({
    ...newPerson(),
    idempotencyKey: crypto.randomUUID(),
  }));
  const acknowledged = new Map<string, string>();
  const recoveries: number[] = [];
  let unanswered = 0;
  let isOver = false;
  const turns = people.values();

  async function runCaller(): Promise<void> {
    for (const person of turns) {
      const { told, repeats } = await untilTold(() => create(person));
      acknowledged.set(person.phoneNumber, told);
      unanswered += repeats;
    }
  }

  async function kill(): Promise<void> {
    for (let death = 1; death <= deaths && !isOver; death++) {
      const due = Math.floor((death * count) / (deaths + 1));
      await waitFor('the next death is due', () => acknowledged.size >= due || isOver, {
        timeoutMs: 60_000,
        everyMs: 5,
      });
      await (death % 2 === 1 ? killProfile() : killPostgres());
      const before = acknowledged.size;
      const startedAt = performance.now();
      await waitFor('users are created again', () => acknowledged.size > before || isOver, { timeoutMs: 30_000 });
      recoveries.push(performance.now() - startedAt);
    }
  }

  const killing = kill();
  await Promise.all(Array.from({ length: callers }, runCaller));
  isOver = true;
  await killing;
  const longest = Math.max(...recoveries);
  process.stdout.write(
    `${acknowledged.size} acknowledged, ${unanswered} calls unanswered over ${recoveries.length} deaths; back after ${Math.round(longest)} ms at most\n`,
  );
  expect(recoveries.length).toBe(deaths);
  expect(unanswered).toBeGreaterThan(0);
  expect(longest).toBeLessThan(recoveryMs);

  const stored = await ask<{ id: string; phone_number: string }>(
    system.databases.profile,
    'SELECT id, phone_number FROM users',
  );
  expect(new Map(stored.map(({ id, phone_number }) => [phone_number, id]))).toEqual(acknowledged);
  expect(stored.length).toBe(count);
  for (const [what, statement] of Object.entries(halves)) {
    expect([what, await ask(system.databases.profile, statement)]).toEqual([what, []]);
  }

  const pending = () =>
    ask<{ n: string }>(system.databases.profile, "SELECT count(*) AS n FROM users WHERE phone_status = 'PENDING'");
  await waitFor('every code was sent', async () => (await pending())[0]?.n === '0', { timeoutMs: 60_000 });
  const messages = await ask<{ n: string; people: string }>(
    system.databases.messaging,
    'SELECT count(*) AS n, count(DISTINCT user_id) AS people FROM messages',
  );
  expect(messages).toEqual([{ n: String(count), people: String(count) }]);
}, 600_000);
