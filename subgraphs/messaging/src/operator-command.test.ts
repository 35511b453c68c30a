import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

const key = Buffer.alloc(32, 9).toString('base64url');

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

interface Run {
  code: number;
  out: string;
  complaint: string;
}

/** Runs a command as a process of its own: `phone-policy list`. */
function run(command: string, options: { env?: Record<string, string>; input?: string } = {}): Promise<Run> {
  const [name, ...args] = command.split(' ');
  const program = join(import.meta.dirname, `${name}-command`, 'cli.ts');
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, NUMBER_HMAC_KEY: key, ...options.env };
  return new Promise((resolve) => {
    const node = ['--disable-warning=ExperimentalWarning', program, ...args];
    const child = execFile(process.execPath, node, { env }, (error, out, complaint) => {
      resolve({ code: Number(error?.code ?? 0), out, complaint });
    });
    child.stdin?.end(options.input);
  });
}

test('numbers and addresses are read from the standard input, so that they stand in no shell history', async () => {
  const [denied, suppressed] = await Promise.all([
    run('phone-policy deny-number - --expires 90d --reason fraud', { input: '+919876543211\n\n +91 98765 43212 \n' }),
    run('suppressions add - --reason STOP --json', { input: '+447400123456\r\nAsha@Example.com' }),
  ]);
  expect(denied).toEqual({ code: 0, out: '2 numbers are denied.\n', complaint: '' });
  expect(JSON.parse(suppressed.out)).toEqual({ suppressed: 2 });
  const rows = await database.query<{ days: number; reason: string }>(
    'SELECT extract(day FROM expires_at - created_at)::int AS days, reason FROM denied_numbers',
  );
  expect(rows).toEqual([
    { days: 90, reason: 'fraud' },
    { days: 90, reason: 'fraud' },
  ]);
});

test('what cannot be done is told in one line that repeats no number, and ends with 1', async () => {
  const cases: [string, string, Parameters<typeof run>[1]?][] = [
    ['phone-policy deny-number -', 'Number 2 is none', { input: '+919876543219\n09876543219\n' }],
    ['phone-policy deny-number -', 'nothing on the standard input'],
    ['phone-policy deny-number +919876543219', 'NUMBER_HMAC_KEY', { env: { NUMBER_HMAC_KEY: '' } }],
    ['suppressions add 09876543219', 'Recipient 1 is neither'],
    ['suppressions list', 'cannot be used', { env: { DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/none' } }],
  ];
  const runs = await Promise.all(cases.map(([command, , options]) => run(command, options)));
  for (const [index, [command, text]] of cases.entries()) {
    const complaint = expect.stringMatching(new RegExp(`^${command.split(' ')[0]}: .*${text}.*\\n$`));
    expect(runs[index]).toEqual({ code: 1, out: '', complaint });
    expect(runs[index]?.complaint).not.toMatch(/9876543219|secret/);
  }
});

test('ends with 2 where it is not understood, and helps where it is asked', async () => {
  const [option, missing, help, otherHelp] = await Promise.all([
    run('phone-policy list --jsn'),
    run('suppressions add'),
    run('phone-policy --help'),
    run('suppressions --help'),
  ]);
  for (const wrong of [option, missing]) {
    expect(wrong).toMatchObject({ code: 2, complaint: expect.stringMatching(/^[\w-]+: .* See [\w-]+ --help\.\n$/) });
  }
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining('npm run phone-policy -- check') });
  expect(otherHelp).toMatchObject({ code: 0, out: expect.stringContaining('npm run suppressions -- add') });
});
