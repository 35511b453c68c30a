import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot, serviceNames } from '@atrium/stack';
import { afterAll, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { freePort } from '../support/free-port.ts';
import { codeTo, messageTo } from '../support/inbox.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { ownSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';

interface StackFile {
  gatewayUrl: string;
  apiKey: string;
  inboxUrl: string;
  services: Record<string, { url: string; pid: number }>;
}

const dataDir = mkdtempSync(join(tmpdir(), 'atrium-start-'));
chmodSync(dataDir, 0o711);
const stackFile = join(dataDir, 'stack.json');
const ports = {
  PORT: String(await freePort()),
  PROFILE_PORT: String(await freePort()),
  IMAGE_PORT: String(await freePort()),
  MESSAGING_PORT: String(await freePort()),
};
const started: ChildProcess[] = [];

afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await waitFor('everything has stopped', () => started.every(hasEnded), { timeoutMs: 20_000 });
  rmSync(dataDir, { recursive: true, force: true });
});

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Runs the command that `npm start` runs, on free ports and a folder of its own. */
function start(more: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'stack/src/main.ts', 'start'], {
    cwd: repositoryRoot,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, ...ports, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const told = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told.errors += text;
  });
  return { child, told };
}

async function ready({ child, told }: ReturnType<typeof start>): Promise<StackFile> {
  return waitFor(
    `the stack is ready: ${told.output}${told.errors}`,
    () => {
      if (hasEnded(child)) throw new Error(`it ended: ${told.output}${told.errors}`);
      return existsSync(stackFile) && (JSON.parse(readFileSync(stackFile, 'utf8')) as StackFile);
    },
    { timeoutMs: 60_000 },
  );
}

/** The processes that work in the data folder or for it, as Linux knows them. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const about = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
        return about.includes(folder) && Number(pid) !== process.pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function exists(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

test('a start ends in addresses, key and a request that works as printed; a second start of the same folder is refused', async () => {
  const first = start();
  const stack = await ready(first);
  expect(stack).toEqual({
    gatewayUrl: `http://localhost:${ports.PORT}`,
    apiKey: expect.stringMatching(/^atr_test_[0-9A-Za-z]+_[0-9A-Za-z]+$/),
    inboxUrl: `http://localhost:${ports.PORT}/inbox`,
    services: Object.fromEntries(
      serviceNames.map((name) => [name, { url: expect.stringMatching(/^http:/), pid: expect.any(Number) }]),
    ),
  });
  expect(statSync(stackFile).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  await waitFor('the table is printed', () => first.told.output.includes('createUser'));

  const command = /curl -s[\s\S]*?-d '[\s\S]*?'\n/.exec(first.told.output)?.[0] ?? '';
  const shell = spawn('sh', ['-c', command]);
  let answer = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  await new Promise((resolve) => shell.once('close', resolve));
  expect(JSON.parse(answer)).toMatchObject({
    data: { createUser: { user: { phoneNumber: '+919876543210', phoneVerification: { status: 'CODE_SENT' } } } },
  });

  const second = start(
    Object.fromEntries(await Promise.all(Object.keys(ports).map(async (name) => [name, String(await freePort())]))),
  );
  await waitFor('the second one gives up', () => hasEnded(second.child));
  expect(second.child.exitCode).toBe(1);
  expect(second.told.errors.trim().split('\n')).toHaveLength(1);
});

test('kill -9 of the parent leaves no process, and the next start finds everybody again', async () => {
  const [first] = started;
  const before = JSON.parse(readFileSync(stackFile, 'utf8')) as StackFile;
  const asha = await openAtrium(before).newUser(newPerson('Asha Rao'));
  const processes = [...Object.values(before.services).map(({ pid }) => pid), ...processesOf(dataDir)];
  expect(processes.length).toBeGreaterThan(5);
  first?.kill('SIGKILL');
  await waitFor('nothing of it runs any more', () => processes.filter(exists).length === 0, { timeoutMs: 15_000 });

  rmSync(stackFile, { force: true });
  const again = start();
  const after = await ready(again);
  expect(after.apiKey).toBe(before.apiKey);
  expect(await openAtrium(after).user(asha.id)).toMatchObject({ name: 'Asha Rao', phoneNumber: asha.phoneNumber });

  again.child.kill('SIGINT');
  await waitFor('Ctrl-C stops all of it', () => hasEnded(again.child), { timeoutMs: 20_000 });
  expect(again.child.exitCode).toBe(0);
  expect(Object.values(after.services).filter(({ pid }) => exists(pid))).toEqual([]);
  expect(existsSync(stackFile)).toBe(false);
});

test.each([
  { what: 'a taken port', more: async () => ({ PORT: await takenPort() }), says: /port \d+.*taken/ },
  { what: 'an unwritable folder', more: async () => ({ DATA_DIR: '/proc/atrium' }), says: /\/proc\/atrium/ },
  { what: 'a broken setting', more: async () => ({ PROFILE_PORT: 'many' }), says: /PROFILE_PORT/ },
])('$what is told in one line, with exit code 1', async ({ more, says }) => {
  const { child, told } = start(await more());
  await waitFor('it gives up', () => hasEnded(child), { timeoutMs: 20_000 });
  expect({ exitCode: child.exitCode, lines: told.errors.trim().split('\n').length }).toEqual({ exitCode: 1, lines: 1 });
  expect(told.errors).toMatch(says);
});

async function takenPort(): Promise<string> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.close();
  });
  return String((server.address() as { port: number }).port);
}

test('SIGTERM drains a service: what it has begun is answered, and it exits 0 within ten seconds', async () => {
  const news: string[] = [];
  const system = await ownSystem({ onNews: (line) => news.push(line) });
  const atrium = openAtrium(system);
  const secrets = await personalData(system);
  for (const name of ['messaging', 'image', 'profile', 'gateway'] as const) {
    const { pid } = system.services[name];
    const underWay = Array.from({ length: 10 }, () => atrium.query<object>('{ users(first: 1) { totalCount } }'));
    await Promise.race(underWay);
    process.kill(pid ?? 0, 'SIGTERM');
    const answers = await Promise.all(underWay);
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []));
    await waitFor(`${name} ends`, () => news.find((line) => line.startsWith(name)), { timeoutMs: 10_000 });
    expect(news.find((line) => line.startsWith(name))).toContain('exited with code 0');
    await system.services[name].start();
  }
  for (const [file, text] of logsOf(system.dataDir)) {
    for (const [what, secret] of Object.entries(secrets)) {
      expect({ file, what, found: text.includes(secret) }).toEqual({ file, what, found: false });
    }
  }
  expect(logsOf(system.dataDir).map(([file]) => file)).toEqual(
    expect.arrayContaining(['gateway.log', 'image.log', 'messaging.log', 'postgres.log', 'profile.log']),
  );
}, 90_000);

/** Leads a person through everything that might be logged, good and bad, and answers what must not be. */
async function personalData(system: Parameters<typeof openAtrium>[0] & { apiKey: string; services: unknown }) {
  const atrium = openAtrium(system);
  const person = {
    name: 'Zebulon Quixfeather',
    phoneNumber: newPhoneNumber(),
    country: 'IN',
    location: 'Thiruvananthapuram-Nord',
    email: 'zebulon.quixfeather@example.com',
    idempotencyKey: 'key-of-zebulon-1',
  };
  const user = await atrium.newUser(person);
  const code = await codeTo(system, person.phoneNumber);
  await atrium.createUser({ ...person, idempotencyKey: 'key-of-zebulon-2' });
  await atrium.createUser({ ...person, name: 'Zebulon Q. Quixfeather' });
  await atrium.createUser({ ...person, phoneNumber: '+449098790000', idempotencyKey: 'key-of-zebulon-3' });
  await atrium.verifyPhone({ userId: user.id, code });
  await messageTo(system, person.phoneNumber, 'WELCOME');
  const hostile = { input: { ...person, name: `${person.name}\u0000`, location: person.location.repeat(50) } };
  await atrium.query('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', hostile);
  await atrium.query(
    `{ validatePhoneNumber(phoneNumber: "${person.phoneNumber}") { valid } ${person.name.replace(' ', '')} }`,
  );
  await fetch(`${atrium.url}?phoneNumber=${encodeURIComponent(person.phoneNumber)}`, { headers: atrium.headers });
  return {
    'the number': person.phoneNumber.slice(3),
    'the name': 'Quixfeather',
    'the place': 'Thiruvananthapuram',
    'the e-mail address': 'zebulon.quixfeather',
    'the code': `"${code}"`,
    'the idempotency key': 'key-of-zebulon',
    'the API key': system.apiKey,
  };
}

/** The log files of a data folder with their texts. */
function logsOf(folder: string): [file: string, text: string][] {
  const logs = join(folder, 'logs');
  return readdirSync(logs).map((file) => [file, readFileSync(join(logs, file), 'utf8')]);
}
