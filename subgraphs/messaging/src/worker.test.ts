import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { newId } from '@atrium/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { type CrashingTestDatabase, startCrashingTestDatabase } from './testing/database.ts';
import { type FakeSendGrid, startFakeSendGrid } from './testing/fake-send-grid.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

const sendMutation = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;

let messaging: RunningMessaging;
let database: CrashingTestDatabase;
let sendGrid: FakeSendGrid;

jest.setTimeout(60_000);

beforeAll(async () => {
  sendGrid = await startFakeSendGrid();
  database = await startCrashingTestDatabase();
  const overrides = {
    EMAIL_PROVIDERS: 'sendgrid',
    SENDGRID_API_KEY: 'SG.test',
    SENDGRID_BASE_URL: sendGrid.url,
    EMAIL_FROM: 'no-reply@atrium.test',
    PROVIDER_TIMEOUT_MS: '300',
    DELIVERY_FIRST_PAUSE_MS: '1',
    DELIVERY_MAX_ATTEMPTS: '3',
  };
  messaging = await startRunningMessaging(overrides, Promise.resolve(database));
});
afterEach(() => {
  sendGrid.answers.length = 0;
  sendGrid.mails.length = 0;
});
afterAll(async () => {
  await messaging.close();
  await sendGrid.close();
});

interface Row {
  status: string;
  attempts: number;
  failure: string | null;
  sealed: Buffer | null;
  doubtful: boolean;
  provider_message_id: string | null;
}

async function send(channel: 'SMS' | 'EMAIL'): Promise<{ id: string; to: string }> {
  const user = messaging.profile.addUser({ email: 'asha@example.com' });
  const { data } = await messaging.ask(sendMutation, { input: { userId: user.userId, operation: 'WELCOME', channel } });
  return { id: data.sendMessage.message.id, to: (channel === 'SMS' ? user.phoneNumber : user.email) ?? '' };
}

async function rowOf(id: string): Promise<Row> {
  const [row] = await messaging.database.query<Row>('SELECT * FROM messages WHERE id = $1', [id]);
  if (!row) throw new Error('no such message');
  return row;
}

const inStatus = (id: string, status: string) =>
  waitFor(status, async () => {
    // Retries are due at once here, and the queue is told rather than waited for.
    await messaging.database.query(`SELECT pg_notify('jobs:insert', '{"count":1}')`);
    const row = await rowOf(id);
    return row.status === status && row;
  });

const jobsOf = (id: string) =>
  messaging.database.query('SELECT 1 FROM graphile_worker._private_jobs WHERE payload->>$1 = $2', ['messageId', id]);

describe('delivery', () => {
  test('a provider that fails is asked again, and the message is sent with its id kept and its text gone', async () => {
    sendGrid.answers.push({ status: 500 }, { status: 429 });
    const { id } = await send('EMAIL');
    expect(await inStatus(id, 'SENT')).toMatchObject({
      attempts: 3,
      sealed: null,
      provider_message_id: 'sg-3',
      failure: null,
    });
    expect(sendGrid.mails.map(({ body }) => body.custom_args.atriumMessageId)).toEqual([id, id, id]);
    await waitFor('no job left', async () => (await jobsOf(id)).length === 0);
  });

  test('a message fails when its tries are used up', async () => {
    sendGrid.answers.push({ status: 503 }, { status: 429 }, { status: 500 });
    const { id } = await send('EMAIL');
    expect(await inStatus(id, 'FAILED')).toMatchObject({
      attempts: 3,
      sealed: expect.anything(),
      failure: 'provider unavailable (500)',
    });
    expect(sendGrid.mails).toHaveLength(3);
  });

  test('a message whose answer was lost is not sent again, nor by another: it fails as doubtful', async () => {
    sendGrid.answers.push({ status: 202, hang: true });
    const { id } = await send('EMAIL');
    expect(await inStatus(id, 'FAILED')).toMatchObject({
      attempts: 1,
      doubtful: true,
      failure: 'doubtful: the provider may have sent it',
    });
    await waitFor('no job left', async () => (await jobsOf(id)).length === 0);
    expect(sendGrid.mails).toHaveLength(1);
  });

  test('a refusal is final', async () => {
    sendGrid.answers.push({ status: 400 });
    const { id } = await send('EMAIL');
    expect(await inStatus(id, 'FAILED')).toMatchObject({ attempts: 1, failure: 'provider refused (400)' });
    await waitFor('no job left', async () => (await jobsOf(id)).length === 0);
  });

  test('a message whose time is over is not sent', async () => {
    // Held until the time is over, or the second try could come before.
    const { promise: until, resolve: answer } = Promise.withResolvers<void>();
    sendGrid.answers.push({ status: 500, until });
    const { id } = await send('EMAIL');
    await waitFor('the first try', async () => sendGrid.mails.length > 0);
    await messaging.database.query('UPDATE messages SET not_after = now() WHERE id = $1', [id]);
    answer();
    expect(await inStatus(id, 'FAILED')).toMatchObject({ failure: 'too late' });
    expect(sendGrid.mails).toHaveLength(1);
  });

  test('a job for a message that was sent already does nothing', async () => {
    const { id } = await send('EMAIL');
    await inStatus(id, 'SENT');
    await messaging.database.query(
      `SELECT graphile_worker.add_job('deliver-email', json_build_object('messageId', $1::text), job_key := $1::text)`,
      [id],
    );
    await waitFor('no job left', async () => (await jobsOf(id)).length === 0);
    expect(sendGrid.mails).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ status: 'SENT', attempts: 1 });
  });

  test('a process that died between sending and recording sends again, and the inbox shows it once', async () => {
    const { id, to } = await send('SMS');
    await messaging.arrival(to);
    const { sealed } = await sealedAgain(id);
    expect(sealed).not.toBeNull();
    expect(await inStatus(id, 'SENT')).toMatchObject({ attempts: 2, sealed: null });
    expect(await messaging.inbox(to)).toHaveLength(1);
  });

  /** Puts a sent message back to where a crash would have left it. */
  async function sealedAgain(id: string): Promise<Row> {
    await inStatus(id, 'SENT');
    const { createSealer } = await import('./domain/seal.ts');
    const sealer = createSealer(Buffer.from(messaging.environment.MESSAGE_SEAL_KEY ?? '', 'base64url'));
    const [arrived] = await messaging.database.query<{ to: string; body: string }>(
      'SELECT "to", body FROM developer_inbox WHERE message_id = $1',
      [id],
    );
    const content = { to: arrived?.to ?? '', subject: null, body: arrived?.body ?? '', html: null, code: null };
    await messaging.database.query(
      "UPDATE messages SET status = 'SENDING', sealed = $2, provider_message_id = NULL WHERE id = $1",
      [id, sealer.seal(id, content)],
    );
    const row = await rowOf(id);
    await messaging.database.query(
      `SELECT graphile_worker.add_job('deliver-sms', json_build_object('messageId', $1::text), job_key := $1::text)`,
      [id],
    );
    return row;
  }

  test('a channel without a provider fails its messages and says so', async () => {
    await messaging.restart({ SMS_PROVIDERS: 'none' });
    const { id } = await send('SMS');
    expect(await inStatus(id, 'FAILED')).toMatchObject({ failure: 'no provider' });
    await messaging.restart();
  });
});

test('a code does not wait behind messages that nobody waits for', async () => {
  await messaging.restart({ DELIVERY_CONCURRENCY: '1', PROVIDER_TIMEOUT_MS: '60000' });
  const { promise: until, resolve: answer } = Promise.withResolvers<void>();
  sendGrid.answers.push({ status: 202, until });
  const bulk = await send('EMAIL');
  await waitFor('the bulk in hand', async () => sendGrid.mails.length === 1);
  const to = '+919876543210';
  await messaging.askAsService(
    `mutation ($inputs: [StartPhoneVerificationInput!]!) { startPhoneVerifications(inputs: $inputs) { rejection } }`,
    { inputs: [{ requestId: newId(), userId: newId(), phoneNumber: to, name: 'Asha', country: 'IN', clientId: 'c' }] },
  );
  expect(await messaging.arrival(to)).toMatchObject({ operation: 'PHONE_VERIFICATION' });
  expect(await rowOf(bulk.id)).toMatchObject({ status: 'SENDING' });
  answer();
  await messaging.restart();
});

test('after the database crashed and came back, messages are delivered as before', async () => {
  const before = await send('SMS');
  await messaging.arrival(before.to);
  await database.crash();
  await waitFor('the service', async () => (await messaging.get('/readyz')).status === 200);
  const after = await send('SMS');
  await messaging.arrival(after.to);
  expect(await inStatus(after.id, 'SENT')).toMatchObject({ attempts: 1 });
});

test('a worker that gave up is started anew, and takes over the jobs that it held', async () => {
  const { query } = messaging.database;
  // What the queue's library does not survive: it cannot write down that a job is done.
  await query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$refused$$; END'`);
  await query(`CREATE TRIGGER refuse BEFORE DELETE ON graphile_worker._private_jobs EXECUTE FUNCTION refuse()`);
  const { id, to } = await send('SMS');
  await messaging.arrival(to);
  const holder = async () => {
    const held = 'SELECT locked_by AS name FROM graphile_worker._private_jobs WHERE payload->>$1 = $2';
    return (await query<{ name: string | null }>(held, ['messageId', id]))[0]?.name ?? undefined;
  };
  const first = await waitFor('a worker that holds the job', holder);
  await waitFor('another worker', async () => ![first, undefined].includes(await holder()), 30_000);
  await query('DROP FUNCTION refuse CASCADE');
  await waitFor('no job left', async () => (await jobsOf(id)).length === 0, 30_000);
  await messaging.arrival((await send('SMS')).to);
});

describe('the process', () => {
  /** What a process may take to start on a busy machine. */
  const startMs = 40_000;
  const main = join(import.meta.dirname, 'main.ts');
  let child: ChildProcess | undefined;

  afterEach(() => {
    child?.kill('SIGKILL');
  });

  /** Starts Messaging as a process of its own; what it says is kept. */
  function launch(over: Record<string, string> = {}) {
    const env = { PATH: process.env.PATH, ...messaging.environment, LOG_LEVEL: 'info', ...over };
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const said = { text: '' };
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk) => {
        said.text += String(chunk);
      });
    return { process: started, said, exited: once(started, 'exit') as Promise<[number | null, string | null]> };
  }

  test('what a killed process was sending is taken over, and told as doubtful where the provider cannot say', async () => {
    await messaging.stopService();
    const { process: victim, exited } = launch({ PROVIDER_TIMEOUT_MS: '60000' });
    sendGrid.answers.push({ status: 202, hang: true });
    const { id } = await queueByHand();
    await waitFor('the job in hand', async () => sendGrid.mails.length === 1, startMs);
    victim.kill('SIGKILL');
    await exited;
    await messaging.restart();
    expect(await inStatus(id, 'FAILED')).toMatchObject({ attempts: 1, doubtful: true });
    expect(sendGrid.mails).toHaveLength(1);
  });

  test('SIGTERM finishes what is under way and exits 0, and the log holds no personal data', async () => {
    await messaging.stopService();
    const { process: told, said, exited } = launch();
    const { promise: until, resolve: answer } = Promise.withResolvers<void>();
    sendGrid.answers.push({ status: 503, until });
    const { id } = await queueByHand();
    await waitFor('the job in hand', async () => sendGrid.mails.length === 1, startMs);
    told.kill('SIGTERM');
    answer();
    expect(await exited).toEqual([0, null]);
    expect(await rowOf(id)).toMatchObject({ status: 'QUEUED', attempts: 1 });
    expect(said.text).toContain('"outcome":"put off"');
    expect(said.text).not.toContain('asha@example.com');
    expect(said.text).not.toContain('Asha');
    await messaging.restart();
    await inStatus(id, 'SENT');
  });

  test('a fault at the start is told in one line, and the process exits 1', async () => {
    const { said, exited } = launch({ ATRIUM_MODE: 'production', EMAIL_PROVIDERS: 'none' });
    expect((await exited)[0]).toBe(1);
    expect(said.text).toMatch(/^SMS_PROVIDERS: developer-inbox .*\n$/);
  });

  /** Queues an e-mail the way the service does, with no service running in this process. */
  async function queueByHand(): Promise<{ id: string }> {
    const { createSealer } = await import('./domain/seal.ts');
    const sealer = createSealer(Buffer.from(messaging.environment.MESSAGE_SEAL_KEY ?? '', 'base64url'));
    const id = newId();
    const content = { to: 'asha@example.com', subject: 'Hello', body: 'Hello Asha', html: null, code: null };
    const client = new pg.Client({ connectionString: messaging.database.url });
    await client.connect();
    await client.query(
      `INSERT INTO messages (id, user_id, operation, channel, recipient, locale, sealed)
       VALUES ($1, $2, 'WELCOME', 'EMAIL', 'a***@example.com', 'en', $3)`,
      [id, newId(), sealer.seal(id, content)],
    );
    await client.query(
      `SELECT graphile_worker.add_job('deliver-email', json_build_object('messageId', $1::text), job_key := $1::text)`,
      [id],
    );
    await client.end();
    return { id };
  }
});
