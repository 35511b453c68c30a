import Table from 'cli-table3';
import { StackError } from '../stack-error.ts';
import { connect } from './connect.ts';
import { type Graph, GraphFault } from './graph.ts';
import { onboardPerson } from './onboard-person.ts';
import { makePeople, type Person } from './people.ts';
import { findPresentPeople, type PresentPerson } from './present-people.ts';
import { showProgress } from './progress.ts';
import { Tally } from './tally.ts';

/** What the command line asks for. */
export interface SeedOptions {
  people: number;
  seed: number;
  url?: string;
  key?: string;
}

const concurrency = 8;

/** Fills a running stack with people and shows what was done; true when nothing failed. */
export async function seedStack(options: SeedOptions): Promise<boolean> {
  const begun = performance.now();
  const graph = await connect(options);
  const people = makePeople(options.people, options.seed);
  const present = await findPresentPeople(graph, new Set(people.map(({ e164 }) => e164))).catch((fault: unknown) => {
    if (fault instanceof GraphFault) throw new StackError(`the graph refuses (${fault.code}): ${fault.message}`);
    throw fault;
  });
  const tally = await onboardAll(graph, people, present);
  showSummary(tally, (performance.now() - begun) / 1_000);
  return tally.failures.size === 0;
}

async function onboardAll(
  graph: Graph,
  people: readonly Person[],
  present: ReadonlyMap<string, PresentPerson>,
): Promise<Tally> {
  const tally = new Tally();
  const progress = showProgress(people.length);
  // One iterator for all of them: each takes the next person as soon as it is free.
  const queue = people.values();
  const work = async (): Promise<void> => {
    for (const person of queue) {
      await onboardPerson(graph, person, present.get(person.e164), tally);
      progress.advance();
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    progress.stop();
  }
  return tally;
}

function showSummary(tally: Tally, seconds: number): void {
  const table = new Table({ style: { head: [], border: [] }, colAligns: ['left', 'right'] });
  table.push(
    ['people created', tally.created],
    ['people there already', tally.present],
    ['numbers verified', tally.verified],
    ['pictures uploaded', tally.pictures],
    ['messages sent (welcomes come by themselves)', tally.messages],
    ['seconds', seconds.toFixed(1)],
  );
  console.log(table.toString());
  for (const { step, code, message, count } of tally.failures.values()) {
    console.error(`${count} x ${step} failed: ${code} (${message})`);
  }
}
