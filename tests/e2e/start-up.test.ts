import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type ServiceName, type SigningKey, serviceNames } from '@atrium/stack';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { codeTo, messageTo } from '../support/inbox.ts';
import { newPerson, newPhoneNumber } from '../support/phone-numbers.ts';
import { isRunning, pidOf, processesOf } from '../support/processes.ts';
import { clearAway, stackPlace, startCommand, untilReady } from '../support/started-stack.ts';
import { everyScope } from '../support/subgraph-client.ts';
import { clientAuthorization } from '../support/tokens.ts';
import { waitFor } from '../support/wait-for.ts';

const place = await stackPlace();
afterAll(() => clearAway(place));
const command = startCommand(place.environment);
const stack = await untilReady(command, place);
const secretsFile = join(place.dataDir, 'secrets.json');

test('a start ends in addresses and a key, which only their owner may read', () => {
  const gatewayUrl = `http://localhost:${place.environment.PORT}`;
  expect(stack).toEqual({
    gatewayUrl,
    apiKey: expect.stringMatching(/^atr_test_[0-9A-Za-z]+_[0-9A-Za-z]+$/),
    inboxUrl: `${gatewayUrl}/inbox`,
    services: Object.fromEntries(
      serviceNames.map((name) => [name, { url: expect.stringMatching(/^http:/), pid: expect.any(Number) }]),
    ),
  });
  for (const file of [place.stackFile, secretsFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('the request that is printed works as it is pasted', async () => {
  const printed = /curl -s[\s\S]*?-d '[\s\S]*?'\n/;
  const curl = await waitFor('the request is printed', () => printed.exec(command.told.output)?.[0]);
  const answer = await new Promise<string>((resolve, reject) => {
    execFile('sh', ['-c', curl], (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  expect(JSON.parse(answer)).toMatchObject({
    data: { createUser: { user: { phoneNumber: '+919876543210', phoneVerification: { status: 'CODE_SENT' } } } },
  });
});

describe('SIGTERM', () => {
  const { signingKeys } = JSON.parse(readFileSync(secretsFile, 'utf8')) as { signingKeys: Record<string, SigningKey> };

  async function authorizationFor(name: ServiceName): Promise<Record<string, string>> {
    if (name === 'gateway') return { 'x-api-key': stack.apiKey };
    return clientAuthorization(signingKeys.gateway as SigningKey, name, everyScope);
  }

  test.each(serviceNames)(
    '%s answers what it has begun to read, exits 0 within ten seconds, and is brought back',
    async (name) => {
      const service = stack.services[name];
      const [url, pid] = [service?.url, pidOf(service)];
      const body = '{"query":"{ __typename }"}';
      const headers = {
        ...(await authorizationFor(name)),
        'content-type': 'application/json',
        'content-length': body.length,
      };
      const underWay = request(`${url}/graphql`, { method: 'POST', headers });
      const answer = new Promise<string>((resolve, reject) => {
        underWay.on('error', reject).on('response', (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
          });
          response.on('end', () => resolve(`${response.statusCode} ${text}`));
        });
      });
      await new Promise((resolve) => underWay.write(body.slice(0, 10), resolve));
      // The service has the beginning of that request for certain once it has answered a later one.
      await fetch(`${url}/livez`);
      process.kill(pid, 'SIGTERM');
      await waitFor('it takes no new work', async () => {
        try {
          return (await fetch(`${url}/readyz`)).status === 503;
        } catch {
          return true;
        }
      });
      underWay.end(body.slice(10));
      expect((await answer).trim()).toBe('200 {"data":{"__typename":"Query"}}');
      await waitFor('it ends', () => !isRunning(pid), { timeoutMs: 10_000 });
      await waitFor('the end is told', () => command.told.output.includes(`${name} exited with code 0`));
      await waitFor('it is back', () => command.told.output.includes(`${name} is back`), { timeoutMs: 30_000 });
    },
  );
});

test('no log holds what is personal or secret, whatever was asked and refused', async () => {
  const atrium = openAtrium(stack);
  const person = {
    name: 'Zebulon Quixfeather',
    phoneNumber: newPhoneNumber(),
    country: 'IN',
    location: 'Thiruvananthapuram',
    email: 'zebulon.quixfeather@example.com',
    idempotencyKey: 'key-of-zebulon-1',
  };
  const user = await atrium.newUser(person);
  const code = await codeTo(stack, person.phoneNumber);
  const refusals = [
    await atrium.createUser({ ...person, idempotencyKey: 'key-of-zebulon-2' }),
    await atrium.createUser({ ...person, name: 'Zebulon Q. Quixfeather' }),
    await atrium.createUser({ ...person, phoneNumber: '+449098790000', idempotencyKey: 'key-of-zebulon-3' }),
    await atrium.createUser({ ...person, name: `${person.name}\u0000`, location: person.location.repeat(50) }),
  ];
  expect(refusals.map((refusal) => refusal.user)).toEqual([null, null, null, null]);
  await atrium.verifyPhone({ userId: user.id, code });
  await messageTo(stack, person.phoneNumber, 'WELCOME');
  await atrium.query(`{ validatePhoneNumber(phoneNumber: "${person.phoneNumber}") { Quixfeather } }`);
  await atrium.query('{ user(id: 1) { name } ', { name: person.name });
  await fetch(`${atrium.url}?phoneNumber=${encodeURIComponent(person.phoneNumber)}`, { headers: atrium.headers });
  await fetch(`${stack.gatewayUrl}/nowhere/${encodeURIComponent(person.email)}`);

  const secrets = {
    'the number': person.phoneNumber.slice(3),
    'the name': 'Quixfeather',
    'the place': 'Thiruvananthapuram',
    'the e-mail address': 'zebulon.quixfeather',
    'the code': `"${code}"`,
    'the idempotency key': 'key-of-zebulon',
    'the API key': stack.apiKey,
  };
  const folder = join(place.dataDir, 'logs');
  const logs = readdirSync(folder);
  expect(logs).toEqual(
    expect.arrayContaining(['gateway.log', 'image.log', 'messaging.log', 'postgres.log', 'profile.log']),
  );
  expect(readFileSync(join(folder, 'gateway.log'), 'utf8')).toContain('"requestId"');
  for (const file of logs) {
    const log = readFileSync(join(folder, file), 'utf8');
    for (const [what, secret] of Object.entries(secrets)) {
      expect({ file, what, found: log.includes(secret) }).toEqual({ file, what, found: false });
    }
  }
});

test.each([
  { what: 'a folder in use', settings: () => ({ DATA_DIR: place.dataDir }), says: /in use/ },
  { what: 'a taken port', settings: () => ({ PORT: place.environment.PORT ?? '' }), says: /port \d+.*taken/ },
  { what: 'an unwritable folder', settings: () => ({ DATA_DIR: fileInTheWay() }), says: /cannot be written/ },
  { what: 'a broken setting', settings: () => ({ PROFILE_PORT: 'many' }), says: /PROFILE_PORT/ },
])('$what is told in one line, with exit code 1', async ({ settings, says }) => {
  const other = await stackPlace();
  try {
    const failing = startCommand({ ...other.environment, ...settings() });
    await waitFor('it gives up', () => failing.exitCode() !== undefined, { timeoutMs: 20_000 });
    const lines = failing.told.errors.trim().split('\n').length;
    expect({ exitCode: failing.exitCode(), lines }).toEqual({ exitCode: 1, lines: 1 });
    expect(failing.told.errors).toMatch(says);
  } finally {
    rmSync(other.dataDir, { recursive: true, force: true });
  }
});

/** A folder below something that is no folder, which not even root can make. */
function fileInTheWay(): string {
  const file = join(place.dataDir, 'a-file');
  writeFileSync(file, '');
  return join(file, 'folder');
}

test('kill -9 of the parent leaves no process; the next start finds everybody again, and Ctrl-C stops all of it', async () => {
  const asha = await openAtrium(stack).newUser(newPerson('Asha Rao'));
  const { services } = JSON.parse(readFileSync(place.stackFile, 'utf8')) as typeof stack;
  const processes = [...Object.values(services).map(({ pid }) => pid), ...processesOf(place.dataDir)];
  expect(new Set(processes).size).toBeGreaterThan(5);
  command.child.kill('SIGKILL');
  await waitFor('nothing of it runs any more', () => processes.every((pid) => !isRunning(pid)), { timeoutMs: 15_000 });

  rmSync(place.stackFile, { force: true });
  const again = startCommand(place.environment);
  const after = await untilReady(again, place);
  expect(after.apiKey).toBe(stack.apiKey);
  expect(await openAtrium(after).user(asha.id)).toMatchObject({ name: 'Asha Rao', phoneNumber: asha.phoneNumber });

  again.child.kill('SIGINT');
  await waitFor('Ctrl-C stops all of it', () => again.exitCode() !== undefined, { timeoutMs: 20_000 });
  expect(again.exitCode()).toBe(0);
  expect(Object.values(after.services).filter(({ pid }) => isRunning(pid))).toEqual([]);
  expect(existsSync(place.stackFile)).toBe(false);
});
