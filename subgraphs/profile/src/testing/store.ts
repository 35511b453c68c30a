import { newId } from '@atrium/service-kit';
import { createTestDatabase } from '@atrium/stack';
import type { NewUser, UserStore, VerificationStore } from '../domain/ports.ts';
import { type Subscriber, subscriptionsOf } from '../domain/subscriptions.ts';
import { type Database, openDatabase } from '../store/client.ts';
import { createUserStore } from '../store/users.ts';
import { createVerificationStore } from '../store/verifications.ts';

/** The stores on a PostgreSQL of their own. */
export interface TestStore {
  readonly url: string;
  readonly database: Database;
  readonly users: UserStore;
  readonly verifications: VerificationStore;
  close(): Promise<void>;
}

/** Starts the stores; a claim lapses after `claimMs`, and besides the sisters these subscribe. */
export async function startTestStore({
  claimMs = 60_000,
  subscribers = [],
  maxWaiting = 10_000,
}: {
  claimMs?: number;
  maxWaiting?: number;
  subscribers?: Subscriber[];
} = {}): Promise<TestStore> {
  const subscriptions = subscriptionsOf(subscribers);
  const postgres = await createTestDatabase('profile');
  const database = openDatabase(postgres.url, 5);
  return {
    url: postgres.url,
    database,
    users: createUserStore(database, { claimMs, idempotencyMs: 60_000 }, subscriptions, { maxWaiting }),
    verifications: createVerificationStore(database, subscriptions),
    async close() {
      await database.$disconnect();
      await postgres.stop();
    },
  };
}

let made = 0;

/** A user as createUser hands it to the store, with a number that nobody else has. */
export function newUser(more: Partial<NewUser> = {}): NewUser {
  made += 1;
  return {
    id: newId(),
    name: 'Asha Rao',
    country: 'IN',
    location: null,
    email: null,
    locale: null,
    phoneNumber: `+9198${String(made).padStart(8, '0')}`,
    clientId: 'c',
    requestId: newId(),
    leaseMs: 0,
    idempotency: undefined,
    ...more,
  };
}
