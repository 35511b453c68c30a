import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { deploy, type PostgresServer, startTemporaryPostgres, startTemporaryReplica } from '@atrium/stack';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type CachedUsers, openCachedUsers } from '../testing/cached-users.ts';
import { newUser } from '../testing/store.ts';

let primary: PostgresServer;
let replica: PostgresServer;
let onReplica: pg.Client;
let process: CachedUsers;
let other: CachedUsers;

beforeAll(async () => {
  primary = await startTemporaryPostgres();
  await deploy('profile', primary.url);
  replica = await startTemporaryReplica(primary);
  onReplica = new pg.Client({ connectionString: replica.url });
  // PostgreSQL says goodbye when it is stopped.
  onReplica.on('error', () => {});
  await onReplica.connect();
  // One with the replica, and another whose writes the first has to hear of.
  process = await openCachedUsers(primary.url, { replicaUrl: replica.url });
  other = await openCachedUsers(primary.url);
}, 60_000);
// The last test leaves no replica to resume.
afterEach(() => resume().catch(() => {}));
afterAll(async () => {
  await Promise.all([process?.close(), other?.close()]);
  await replica?.stop();
  await primary?.stop();
});

const pause = () => onReplica.query('SELECT pg_wal_replay_pause()');
const resume = () => onReplica.query('SELECT pg_wal_replay_resume()');
const rename = (by: CachedUsers, id: string, name: string) =>
  by.users.updateUser({ id, clientId: 'tests', expectedVersion: undefined, details: { name } });

/** How many ids a read takes from the primary. */
async function readsOfPrimary(read: () => Promise<unknown>): Promise<number> {
  const before = process.readIds();
  await read();
  return process.readIds() - before;
}

/** Empties the memory as eviction would: what was heard of changes stays known. */
function forgetUsers(): void {
  process.cache.lost();
  process.cache.listening();
}

/** A user of whom the first process knows nothing. */
async function savedUser(): Promise<string> {
  const user = newUser();
  await other.users.saveNewUser(user);
  return user.id;
}

/** A user who is read for the first time, and from the replica; so it has caught up. */
async function userReadFromReplica(): Promise<string> {
  for (;;) {
    const id = await savedUser();
    let found = false;
    await waitUntil(async () => {
      const { rowCount } = await onReplica.query('SELECT FROM users WHERE id = $1', [id]);
      found = rowCount === 1;
      return found;
    });
    if ((await readsOfPrimary(() => process.cache.load(id))) === 0) return id;
  }
}

test('users are read from a replica that keeps up', async () => {
  const id = await userReadFromReplica();
  expect(await process.cache.load(id)).toMatchObject({ id, name: 'Asha Rao', version: 1 });
});

test('who has not reached the replica yet is read from the primary', async () => {
  await userReadFromReplica();
  await pause();
  const id = await savedUser();
  expect(await process.cache.load(id)).toMatchObject({ id });
});

test('a process reads what it wrote at once, though the replica is behind', async () => {
  const id = await userReadFromReplica();
  await pause();
  await rename(process, id, 'Ravi');
  forgetUsers();
  expect(await process.cache.load(id)).toMatchObject({ name: 'Ravi' });
});

test('what a lagging replica says does not come into the memory after news of something newer', async () => {
  const id = await userReadFromReplica();
  await pause();
  await rename(other, id, 'Ravi');
  await waitUntil(async () => (await process.cache.load(id))?.name === 'Ravi');
  for (let time = 0; time < 20; time += 1) {
    forgetUsers();
    expect((await process.cache.load(id))?.name).toBe('Ravi');
  }
});

test('a replica that is behind for longer is not read, and is again when it has caught up', async () => {
  const ids = [await userReadFromReplica(), await userReadFromReplica()];
  await pause();
  await rename(other, ids[0] as string, 'Ravi');
  await waitUntil(async () => {
    forgetUsers();
    return (await readsOfPrimary(() => process.cache.load(ids[1] as string))) === 1;
  });
  await resume();
  await userReadFromReplica();
});

test('with the replica away, reads go to the primary', async () => {
  const id = await userReadFromReplica();
  await replica.stop();
  forgetUsers();
  expect(await process.cache.load(id)).toMatchObject({ id });
});
