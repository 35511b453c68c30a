import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '@atrium/service-kit';
import { listenToDatabase } from '@atrium/service-kit/database-listener';
import type { Logger } from 'pino';
import { createPhonePolicy, type PhonePolicy } from '../domain/phone-policy.ts';
import type { RecipientHash } from '../domain/recipient-hash.ts';
import type { TestNumbers } from '../domain/test-numbers.ts';
import type { Database } from './database.ts';
import { readDeniedNumbers, readPhoneRules } from './phone-policy-store.ts';

/** How long a listening connection that does not answer is kept. */
const heartbeatTimeoutMs = 2_000;
const heartbeatMs = 1_000;
const retryMs = 500;

/** The policy in force, as the tables have it. */
export interface FollowedPhonePolicy {
  /** Always the same object; each of its decisions is by what the tables said last. */
  readonly policy: PhonePolicy;
  close(): Promise<void>;
}

/** What the policy is made of and where it is read. */
export interface FollowedPhonePolicyOptions {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly logger: Logger;
  readonly recipientHash: RecipientHash;
  readonly testNumbers: TestNumbers;
  /** It is read again after so long even if nobody told of a change. */
  readonly refreshMs: number;
}

/**
 * Holds the policy in memory, so that judging a number asks nobody, and reads it again whenever the tables' triggers
 * tell of a change, a lost connection is back, or the time of a denied number is over. Where a pooler that keeps no
 * sessions swallows what is told, `refreshMs` bounds how old it can be. A policy that cannot be read again stays in force.
 */
export async function followPhonePolicy(options: FollowedPhonePolicyOptions): Promise<FollowedPhonePolicy> {
  const { databaseUrl, database, logger, recipientHash, testNumbers, refreshMs } = options;
  const closing = new AbortController();
  let reading: Promise<void> | undefined;
  let asked = false;
  let timer: NodeJS.Timeout | undefined;

  async function read(): Promise<PhonePolicy> {
    const [rules, denied] = await Promise.all([readPhoneRules(database), readDeniedNumbers(database)]);
    clearTimeout(timer);
    if (!closing.signal.aborted) {
      timer = setTimeout(refresh, Math.min(refreshMs, Math.ceil(denied.nextExpiryMs ?? refreshMs) + 1)).unref();
    }
    const deniedNumbers = new Set(denied.hashes.map((hash) => hash.toString('base64')));
    return createPhonePolicy({ rules, deniedNumbers, recipientHash, testNumbers });
  }

  // One reading at a time, and one more where a change was told while it went on: the last one has seen everything.
  function refresh(): void {
    asked = true;
    reading ??= readWhileAsked().finally(() => {
      reading = undefined;
    });
  }

  async function readWhileAsked(): Promise<void> {
    while (asked && !closing.signal.aborted) {
      asked = false;
      try {
        current = await read();
      } catch (error) {
        if (closing.signal.aborted) return;
        logger.warn({ error: describeError(error) }, 'the phone policy cannot be read; the last one stays in force');
        asked = true;
        await pause(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  let current = await read();
  const listener = listenToDatabase({
    databaseUrl,
    logger,
    channel: 'phone_policy',
    applicationName: 'atrium-phone-policy',
    connectTimeoutMs: heartbeatTimeoutMs,
    onNotification: refresh,
    onListening: refresh,
    heartbeat: { statement: 'SELECT 1', everyMs: heartbeatMs, timeoutMs: heartbeatTimeoutMs, onAnswer() {} },
  });
  return {
    policy: { testNumbers, decide: (number) => current.decide(number) },
    async close() {
      closing.abort();
      clearTimeout(timer);
      await listener.close();
      await reading;
    },
  };
}
