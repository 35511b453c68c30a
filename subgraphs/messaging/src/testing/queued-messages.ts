import { randomBytes } from 'node:crypto';
import { createLogger, newId } from '@atrium/service-kit';
import type { MessageChannel, NewMessage } from '../domain/message.ts';
import { createSealer } from '../domain/seal.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { insertMessages } from '../store/message-queue.ts';
import { migrateQueue } from '../worker.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

/** A suppression list without anybody. */
export const nobodySuppressed = { isSuppressed: async (all: readonly object[]) => all.map(() => false) };

/** What a test queues; the rest is a WELCOME e-mail. */
export interface Queued {
  operation?: string;
  channel?: MessageChannel;
  to?: string;
  urgent?: boolean;
  lifetimeMs?: number;
}

/** A database with a work queue, and messages to put into it as the service does. */
export interface MessageQueue {
  readonly database: TestDatabase;
  readonly client: Database;
  readonly environment: Record<string, string>;
  /** Queues messages in one transaction; answers their ids. */
  queue(messages: Queued[]): Promise<string[]>;
  rowOf(id: string): Promise<Row>;
  close(): Promise<void>;
}

/** What a test looks at of a message. */
export interface Row {
  id: string;
  status: string;
  attempts: number;
  failure: string | null;
  doubtful: boolean;
  provider: string | null;
  sealed: Buffer | null;
  provider_message_id: string | null;
}

/** Makes one; `overrides` are environment variables of the worker. */
export async function startMessageQueue(overrides: Record<string, string> = {}): Promise<MessageQueue> {
  const database = await startTestDatabase();
  const client = openDatabase(database.url, 4);
  await migrateQueue(database.url, createLogger('test', 'silent'));
  const seal = randomBytes(32);
  const sealer = createSealer(seal);
  const key = () => randomBytes(32).toString('base64url');

  function compose({ operation = 'WELCOME', channel = 'EMAIL', to, urgent = false, lifetimeMs }: Queued): NewMessage {
    const id = newId();
    const recipient = to ?? (channel === 'EMAIL' ? `${id}@example.com` : '+919876543210');
    const content = { to: recipient, subject: 'Hello', body: 'Hello', html: null, code: null };
    return {
      id,
      userId: newId(),
      operation,
      channel,
      recipient: 'masked',
      country: channel === 'SMS' ? 'IN' : null,
      locale: 'en',
      templateVersion: 1,
      sealed: sealer.seal(id, content),
      urgent,
      clientId: null,
      lifetimeMs: lifetimeMs ?? null,
    };
  }

  return {
    database,
    client,
    environment: {
      ATRIUM_MODE: 'development',
      LOG_LEVEL: 'silent',
      DATABASE_URL: database.url,
      DATABASE_CONNECTIONS: '4',
      WORKER_PORT: '0',
      SIGNING_KEY: JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd', kid: 'messaging:test' }),
      TRUSTED_KEYS: JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'messaging:test' }] }),
      CODE_HMAC_KEY: key(),
      MESSAGE_SEAL_KEY: seal.toString('base64url'),
      IDEMPOTENCY_HMAC_KEY: key(),
      NUMBER_HMAC_KEY: key(),
      RESCUE_INTERVAL_MS: '100',
      SENDGRID_API_KEY: 'SG.test',
      EMAIL_FROM: 'no-reply@atrium.test',
      EMAIL_PROVIDERS: 'sendgrid',
      DELIVERY_FIRST_PAUSE_MS: '10',
      PROVIDER_BREAKER_PROBE_MS: '200',
      ...overrides,
    },
    async queue(messages) {
      const composed = messages.map(compose);
      await client.$transaction((tx) => insertMessages(tx, composed));
      return composed.map(({ id }) => id);
    },
    async rowOf(id) {
      const [row] = await database.query<Row>('SELECT * FROM messages WHERE id = $1', [id]);
      if (!row) throw new Error('no such message');
      return row;
    },
    async close() {
      await client.$disconnect();
      await database.stop();
    },
  };
}
