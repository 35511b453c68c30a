import { randomInt } from 'node:crypto';
import { newId } from '@atrium/service-kit';
import { seeded } from '@atrium/service-kit/testing/seeded';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CachedUsers, cutListeners, openCachedUsers } from '../testing/cached-users.ts';
import { newUser, startTestStore, type TestStore } from '../testing/store.ts';
import { startTcpRelay, type TcpRelay } from '../testing/tcp-relay.ts';

/** After this long nobody answers with what was before a change: the promise itself. */
const latestMs = 500;
const runMs = process.env.ATRIUM_TEST_TIER === 'full' ? 10_000 : 3_000;
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

/** Draws whole numbers below a bound, the same for the same seed. */
function draws(seed: number): (below: number) => number {
  const next = seeded(seed);
  return (below) => Math.floor(next() * below);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('whatever happens at once, nobody answers with an old version after half a second, nor goes back', async () => {
  const seed = Number(process.env.ATRIUM_TEST_SEED ?? randomInt(1, 2 ** 31));
  process.stdout.write(`cache coherence: seed ${seed}\n`);
  const until = performance.now() + runMs;
  let hasFailed = false;
  const goesOn = () => !hasFailed && performance.now() < until;
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
    } else if (chance < 28) {
      const { kind } = await users.deleteUser({ id: history.id, expectedVersion: undefined, clientId: 'c' });
      if (kind !== 'deleted') return;
      history.wrote(process, gone);
      // The old one is still read by others for a while.
      await pause(latestMs + draw(300));
      await born(slot, process);
    } else {
      const since = performance.now();
      const user = await cache.load(history.id);
      history.answered(process, since, user ? user.version : gone);
    }
  }

  async function runActor(process: number, draw: (below: number) => number): Promise<void> {
    while (goesOn()) {
      await act(process, draw);
      await pause(draw(8));
    }
  }

  async function disturb(draw: (below: number) => number): Promise<void> {
    for (let time = 0; goesOn(); time += 1) {
      await pause(200 + draw(1_000));
      if (time % 3 === 0) await cutListeners(store.url);
      else if (time % 3 === 1) relay.silence();
      else {
        const { held, release } = (processes[draw(2)] as CachedUsers).holdNextAnswer();
        await Promise.race([held, pause(500)]);
        await pause(draw(700));
        release();
      }
    }
  }

  // One that fails ends the others, which would go on over connections that are closed.
  const parts = [
    ...processes.flatMap((_, process) =>
      Array.from({ length: actorsOfAProcess }, (_unused, actor) =>
        runActor(process, draws(seed + 2 * (actor + 1) + process)),
      ),
    ),
    disturb(draws(seed + 1_000)),
  ].map((part) =>
    part.catch((error) => {
      hasFailed = true;
      throw error;
    }),
  );
  await Promise.allSettled(parts);
  await Promise.all(parts);
  // The run means something only where both memory and the database answered.
  for (const { cache } of processes) {
    const { hits, bypasses } = cache.statistics();
    expect(hits).toBeGreaterThan(50);
    expect(bypasses).toBeGreaterThan(0);
  }
}, 60_000);
