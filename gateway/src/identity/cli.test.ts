import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@atrium/stack';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKey } from '../testing/key.ts';
import { hashApiKey, newApiKey } from './api-key.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: KeyStore;

beforeAll(async () => {
  database = await createTestDatabase('gateway');
  store = openKeyStore(database.url, { connections: 2, timeoutMs: 5_000 });
});

afterAll(async () => {
  await store.close();
  await database.stop();
});

interface Run {
  code: number;
  out: string;
  complaint: string;
}

function keys(...args: string[]): Promise<Run> {
  const program = join(import.meta.dirname, 'cli.ts');
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url };
  return new Promise((resolve) => {
    const options = ['--disable-warning=ExperimentalWarning', program, ...args];
    execFile(process.execPath, options, { env }, (error, out, complaint) => {
      resolve({ code: Number(error?.code ?? 0), out, complaint });
    });
  });
}

async function answerOf(...args: string[]) {
  const { code, out, complaint } = await keys(...args, '--json');
  if (code !== 0) throw new Error(complaint);
  return JSON.parse(out);
}

describe('the key command', () => {
  test('leads a key through its life, and shows it once', async () => {
    const about = ['-n', 'web', '-s', 'profile:read,image:write', '-c', 'web', '-e', '90d', '-r', '30', '--live'];
    const made = await answerOf('create', ...about);
    expect(made.key).toMatch(new RegExp(`^atr_live_${made.id}_`));
    expect(made).toMatchObject({ clientId: 'web', state: 'active', requestsPerMinute: 30 });

    const rotated = await answerOf('rotate', made.id, '--by', 'Ravi');
    expect(rotated).toMatchObject({ clientId: 'web', state: 'active', expiresAt: made.expiresAt });
    expect(rotated.replaced).toMatchObject({ id: made.id, state: 'rotating', replacedBy: rotated.id });
    const overlapMs = Date.parse(rotated.replaced.expiresAt) - Date.now();
    expect(Math.round(overlapMs / 3_600_000)).toBe(24);

    // Whoever finds a key need not know which part of it is the id.
    expect(await answerOf('revoke', rotated.key)).toMatchObject({ id: rotated.id, state: 'revoked' });

    const [listed, shown, page] = await Promise.all([keys('list'), answerOf('show', made.id), keys('show', made.id)]);
    expect(listed.out).toMatch(new RegExp(`^${made.id} +web +web +live +rotating +30 `, 'm'));
    expect(listed.out).toMatch(new RegExp(`^${rotated.id} +web +web +live +revoked +30 `, 'm'));
    const [head = '', ...lines] = listed.out.trimEnd().split('\n');
    for (const column of ['NAME', 'STATE', 'EXPIRES', 'SCOPES']) {
      const place = head.indexOf(column);
      for (const line of lines) expect(line.slice(place - 2, place + 1)).toMatch(/^ {2}\S$/);
    }
    expect(shown.events).toMatchObject([
      { event: 'CREATED', by: userInfo().username },
      { event: 'ROTATED', by: 'Ravi' },
    ]);
    expect(page.out).toMatch(new RegExp(`^replaced by +${rotated.id}$`, 'm'));
    expect(page.out).toMatch(/^ROTATED +\S+ \S+Z +Ravi +.*replacedBy=/m);
    for (const secret of [made.key, rotated.key].map((key: string) => key.slice(-38))) {
      expect(listed.out + page.out + JSON.stringify(shown)).not.toContain(secret);
    }
  });

  test('tells in one line what cannot be done and what to do, and repeats no key', async () => {
    const { key } = newApiKey('test');
    const [scope, past, unknown, mistyped, rate] = await Promise.all([
      keys('create', '-n', 'x', '-s', 'profile:everything'),
      keys('create', '-n', 'x', '-s', 'all', '-e', '2020-01-01'),
      keys('revoke', 'nobody'),
      keys('show', `${key}0`),
      keys('create', '-n', 'x', '-s', 'all', '-r', '0'),
    ]);
    const told = (text: string) => ({ code: 1, complaint: expect.stringMatching(new RegExp(`^keys: .*${text}.*\n$`)) });
    expect(scope).toMatchObject(told('Unknown: profile:everything'));
    expect(past).toMatchObject(told('expired already. Give --expires'));
    expect(unknown).toMatchObject(told('There is no key "nobody". See keys list'));
    expect(mistyped).toMatchObject(told('the whole key'));
    expect(mistyped.complaint).not.toContain(key.slice(-38));
    expect(rate).toMatchObject(told('from 1 to'));
  });

  test('says why a key cannot be rotated', async () => {
    const [old, revoked] = await Promise.all([createKey(store), createKey(store)]);
    await store.revoke(revoked.id, 'a test');
    const next = newApiKey('test');
    await store.rotate(old.id, { id: next.id, hash: hashApiKey(next.key), overlapSeconds: 60, by: 'a test' });
    const [again, late] = await Promise.all([keys('rotate', old.id), keys('rotate', revoked.id, '--overlap', '0')]);
    expect(again).toMatchObject({ code: 1, complaint: expect.stringContaining(`rotated to ${next.id} already`) });
    expect(late).toMatchObject({ code: 1, complaint: expect.stringContaining('is revoked and cannot be rotated') });
  });

  test('ends with 2 and one line where it is not understood, and helps where it is asked', async () => {
    const [option, command, missing, help] = await Promise.all([
      keys('list', '--jsn'),
      keys('lists'),
      keys('show'),
      keys('--help'),
    ]);
    for (const run of [option, command, missing]) {
      expect(run).toMatchObject({ code: 2, complaint: expect.stringMatching(/^keys: .* See keys --help\.\n$/) });
    }
    expect(help).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm run keys -- rotate 4fQ0rT9xLm2Z --overlap 7d'),
    });
  });

  test('names the database as the fault where it cannot be used, but not its address', async () => {
    const url = database.url;
    database = { ...database, url: 'postgresql://nobody:secret@127.0.0.1:1/none' };
    const { code, complaint } = await keys('list');
    database = { ...database, url };
    expect(code).toBe(1);
    expect(complaint).toMatch(/^keys: The database at DATABASE_URL cannot be used \(\w+\)\. .*\n$/);
  });
});
