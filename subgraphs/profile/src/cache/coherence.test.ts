import { randomInt } from 'node:crypto';
import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CachedUsers, cutListeners, openCachedUsers } from '../testing/cached-users.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { startTcpRelay, type TcpRelay } from '../testing/tcp-relay.ts';

/** After this long nobody answers with what was before a change: the promise itself. */
const latestMs = 500;
const runMs = 10_000;
/** Few users, so that reads, changes and cuts meet on each of them. */
const userCount = 8;
const actorsOfAProcess = 5;

let store: TestStore;
let relay: TcpRelay;
let processes: CachedUsers[];
beforeAll(async () => {
  store = await startTestStore();
  relay = await startTcpRelay(store.url);
  processes = await Promise.all([openCachedUsers(store.url), openCachedUsers(store.url, { listenUrl: relay.url })]);
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.close()));
  await relay.close();
  await store.close();
});

/** A time of which it is known that the user was at this version; `gone` counts as the highest. */
interface Fact {
  readonly at: number;
  readonly version: number;
}

const gone = Number.POSITIVE_INFINITY;
const highest = (facts: readonly Fact[], until: number) =>
  facts.reduce((version, fact) => (fact.at <= until && fact.version > version ? fact.version : version), 0);

/** What is known of one user, and so what the answers to reads must not fall behind. */
class History {
  readonly id: string;
  readonly written: Fact[] = [];
  readonly writtenBy: Fact[][] = [[], []];
  readonly answeredBy: Fact[][] = [[], []];

  constructor(id: string) {
    this.id = id;
  }

  wrote(process: number, version: number): void {
    const fact = { at: performance.now(), version };
    this.written.push(fact);
    this.writtenBy[process]?.push(fact);
  }

  /** Judges an answer to a read that began at `since`. */
  answered(process: number, since: number, version: number): void {
    const oldest = Math.max(
      highest(this.written, since - latestMs),
      highest(this.writtenBy[process] ?? [], since),
      highest(this.answeredBy[process] ?? [], since),
    );
    expect({ version: Math.min(version, oldest), process }).toEqual({ version: oldest, process });
    this.answeredBy[process]?.push({ at: performance.now(), version });
  }
}

/** Draws whole numbers below a bound, the same for the same seed (xorshift). */
function draws(seed: number): (below: number) => number {
  let state = seed || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('whatever happens at once, nobody answers with an old version after half a second, nor goes back', async () => {
  const seed = Number(process.env.ATRIUM_TEST_SEED ?? randomInt(1, 2 ** 31));
  console.log(`seed ${seed}`);
  const counts = { reads: 0, updates: 0, deletions: 0, cuts: 0 };
  const until = performance.now() + runMs;
  const histories: History[] = [];
  const born = async (slot: number, process: number) => {
    const user = newUser({ id: newId() });
    const history = new History(user.id);
    await processes[process]?.users.saveNewUser(user);
    history.wrote(process, 1);
    histories[slot] = history;
  };
  for (let slot = 0; slot < userCount; slot += 1) await born(slot, slot % 2);

  async function act(process: number, draw: (below: number) => number): Promise<void> {
    const { cache, users } = processes[process] as CachedUsers;
    const slot = draw(userCount);
    const history = histories[slot] as History;
    const chance = draw(1_000);
    if (chance < 25) {
      const outcome = await users.updateUser({
        id: history.id,
        clientId: 'tests',
        expectedVersion: undefined,
        details: { name: `Name ${draw(1_000)}` },
      });
      if (outcome.kind === 'updated') history.wrote(process, outcome.user.version);
      counts.updates += 1;
    } else if (chance < 28) {
      const { kind } = await users.deleteUser({ id: history.id, expectedVersion: undefined, clientId: 'c' });
      if (kind !== 'deleted') return;
      history.wrote(process, gone);
      counts.deletions += 1;
      // The old one is still read by others for a while.
      await pause(latestMs + draw(300));
      await born(slot, process);
    } else {
      const since = performance.now();
      const user = await cache.load(history.id);
      history.answered(process, since, user ? user.version : gone);
      counts.reads += 1;
    }
  }

  async function runActor(process: number, draw: (below: number) => number): Promise<void> {
    while (performance.now() < until) {
      await act(process, draw);
      await pause(draw(8));
    }
  }

  async function disturb(draw: (below: number) => number): Promise<void> {
    while (performance.now() < until) {
      await pause(200 + draw(1_000));
      counts.cuts += 1;
      const kind = draw(3);
      if (kind === 0) await cutListeners(store.url);
      else if (kind === 1) relay.silence();
      else {
        const { held, release } = (processes[draw(2)] as CachedUsers).holdNextAnswer();
        await Promise.race([held, pause(500)]);
        await pause(draw(700));
        release();
      }
    }
  }

  await Promise.all([
    ...processes.flatMap((_, process) =>
      Array.from({ length: actorsOfAProcess }, (_unused, actor) =>
        runActor(process, draws(seed + 2 * (actor + 1) + process)),
      ),
    ),
    disturb(draws(seed + 1_000)),
  ]);
  const served = processes.map(({ cache }) => cache.statistics());
  console.log(counts, served);
  // The run means something only where both memory and the database answered.
  for (const { hits, bypasses } of served) expect(Math.min(hits, bypasses)).toBeGreaterThan(50);
}, 60_000);
