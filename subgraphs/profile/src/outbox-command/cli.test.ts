import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createdUser } from '../testing/flows.ts';
import { type Harness, startHarness } from '../testing/harness.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    EVENT_SUBSCRIBERS: `bridge:user.created=${receiver.url}`,
    OUTBOX_MAX_REFUSED_BACKOFF_MS: '10',
    OUTBOX_MAX_REFUSALS: '2',
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.stop();
});

interface Run {
  code: number;
  out: string;
  complaint: string;
}

function outbox(args: string[], databaseUrl = harness.databaseUrl): Promise<Run> {
  const program = join(import.meta.dirname, 'cli.ts');
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl };
  return new Promise((resolve) => {
    const options = ['--disable-warning=ExperimentalWarning', program, ...args];
    execFile(process.execPath, options, { env }, (error, out, complaint) => {
      resolve({ code: Number(error?.code ?? 0), out, complaint });
    });
  });
}
const answerOf = async (...args: string[]) => {
  const { code, out, complaint } = await outbox([...args, '--json']);
  if (code !== 0) throw new Error(complaint);
  return JSON.parse(out);
};
const untilDead = async (count: number) => {
  while ((await harness.sql('SELECT 1 FROM dead_letters')).length < count);
};

test('dead letters are counted, listed in columns that line up, and replayed', async () => {
  receiver.answer = () => 422;
  const [first, second, third] = [await createdUser(harness), await createdUser(harness), await createdUser(harness)];
  await untilDead(3);
  expect(await answerOf('status')).toMatchObject([{ destination: 'bridge', state: 'dead', count: 3 }]);
  const letters = await answerOf('list');
  expect(new Set(letters.map(({ userId }: { userId: string }) => userId))).toEqual(
    new Set([first.id, second.id, third.id]),
  );
  expect(letters[0]).toMatchObject({ destination: 'bridge', type: 'user.created', lastFault: 'HTTP 422', refusals: 2 });
  const [status, table] = await Promise.all([outbox(['status']), outbox(['list', '--limit', '2'])]);
  expect(status.out).toMatch(/^DESTINATION +STATE +RECORDS +OLDEST\nbridge +dead +3 +\d+ s\n$/);
  const [head = '', ...lines] = table.out.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  for (const column of ['DESTINATION', 'EVENT', 'USER', 'LAST FAULT']) {
    const place = head.indexOf(column);
    for (const line of lines) expect(line.slice(place - 2, place + 1)).toMatch(/^ {2}\S$/);
  }

  receiver.answer = () => 204;
  const [{ id }] = letters;
  expect(await answerOf('replay', id)).toMatchObject([{ id, destination: 'bridge', type: 'user.created' }]);
  expect((await outbox(['replay', '--all', '--destination', 'bridge'])).out).toBe('2 records are offered again.\n');
  while (receiver.inbox.length < 3) await new Promise(setImmediate);
  expect(new Set(receiver.inbox.map((event) => event.id))).toEqual(
    new Set(letters.map((letter: { id: string }) => letter.id)),
  );
  // An event tells when it happened, not when it was replayed.
  const happened = new Map(letters.map((letter: { id: string; createdAt: string }) => [letter.id, letter.createdAt]));
  for (const { id: eventId, time } of receiver.inbox) expect(time).toBe(happened.get(eventId));
  expect(await answerOf('list')).toEqual([]);
});

test('what cannot be done is told in one line with what to do', async () => {
  const [unknown, none, both, id, limit] = await Promise.all([
    outbox(['replay', '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10']),
    outbox(['replay']),
    outbox(['replay', '--all', '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10']),
    outbox(['replay', 'nobody']),
    outbox(['list', '--limit', '0']),
  ]);
  const told = (text: string) => ({ code: 1, complaint: expect.stringMatching(new RegExp(`^outbox: .*${text}.*\n$`)) });
  expect(unknown).toMatchObject(told('no such dead letter. See outbox list'));
  expect(none).toMatchObject(told('--all'));
  expect(both).toMatchObject(told('--all'));
  expect(id).toMatchObject(told('as outbox list shows them'));
  expect(limit).toMatchObject(told('from 1 to 10000'));
});

test('ends with 2 where it is not understood, helps where it is asked, and repeats no address', async () => {
  const [option, command, help, away] = await Promise.all([
    outbox(['list', '--jsn']),
    outbox(['lists']),
    outbox(['--help']),
    outbox(['list'], 'postgresql://nobody:secret@127.0.0.1:1/none'),
  ]);
  for (const run of [option, command]) {
    expect(run).toMatchObject({ code: 2, complaint: expect.stringMatching(/^outbox: .* See outbox --help\.\n$/) });
  }
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining('npm run outbox -- replay --all') });
  expect(away.code).toBe(1);
  expect(away.complaint).toMatch(/^outbox: The database at DATABASE_URL cannot be used \(\w+\)\. .*\n$/);
});
