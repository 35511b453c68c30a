import { truncateSync } from 'node:fs';
import { keywords, readUserCount, userAt } from '../dataset.ts';
import { expectUsers, judgeList } from '../load/answers.ts';
import type { Backlog } from '../load/job.ts';
import { bodyOf, type DialectName, dialects } from '../operations.ts';
import type { WorkloadName } from '../workloads.ts';
import type { RunningContestant, Site, Slice, Trial } from './contestant.ts';

/** A GraphQL server that is measured. */
export interface Served {
  dialect: DialectName;
  port: number;
  /** What its clients send beside the operation; asked for before every slice, because tokens grow old. */
  headers(): Promise<Readonly<Record<string, string>>>;
  processes: Readonly<Record<string, number>>;
  /** The databases whose backends work for it. */
  databases: readonly string[];
  backlog: Backlog | undefined;
  countEffects(): Promise<Readonly<Record<string, number>>>;
  /** What its processes log to; emptied before every slice. */
  logFiles: readonly string[];
  stop(): Promise<void>;
}

/** Makes a contestant of a GraphQL server: the load's process asks it. */
export function graphqlContestant({ stack, load }: Site, served: Served): RunningContestant {
  const { dialect, port, processes, databases, backlog } = served;
  return {
    processes,
    countEffects: served.countEffects,
    stop: served.stop,
    attempt: (workload) => attempt(served, workload),
    async run({ workload, connections, runUpMs, measuredMs }: Slice) {
      for (const file of served.logFiles) truncateSync(file);
      return load.run({
        workload,
        dialect,
        port,
        headers: await served.headers(),
        connections,
        runUpMs,
        measuredMs,
        costs: { processes, databases, postmaster: stack.postgres?.pid() ?? 0 },
        backlog,
      });
    },
  };
}

const checkedUsers = 30;

/** Asks for a few users or words and checks the answers; a document that the schema does not allow is refused, not wrong. */
async function attempt(served: Served, workload: WorkloadName): Promise<Trial> {
  const { read, list } = dialects[served.dialect];
  // A create leaves something behind; its first answers are judged in the warm-up, like all others.
  if (workload === 'W') return { refused: undefined };
  const places = workload === 'L' ? keywords.length : readUserCount;
  const isUser = expectUsers(Array.from({ length: readUserCount }, (_, place) => userAt(place)));
  for (let place = 0; place < places; place += Math.ceil(places / checkedUsers)) {
    const word = keywords[place] as string;
    const sent = workload === 'L' ? bodyOf(list, word) : bodyOf(read, userAt(place).id);
    const { status, body } = await ask(served, sent);
    const refused = refusal(body);
    if (refused !== undefined) return { refused };
    const right = workload === 'L' ? judgeList(list, body, word) : isUser(body, place);
    if (status === 200 && right) continue;
    throw new Error(`wrong answer to ${sent}, with status ${status}:\n${body.toString().slice(0, 1_000)}`);
  }
  return { refused: undefined };
}

async function ask({ port, headers }: Served, body: string): Promise<{ status: number; body: Buffer }> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...(await headers()) },
    body,
  });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

/** What a schema says that does not know a field or an argument; undefined for every other answer. */
function refusal(body: Buffer): string | undefined {
  try {
    const { data, errors } = JSON.parse(body.toString()) as { data?: unknown; errors?: { message: string }[] };
    // Validation comes before execution, so there is no data; and it always tells of the schema's own words.
    const [first] = data === undefined || data === null ? (errors ?? []) : [];
    return first && /unknown (argument|type)|cannot query field|is not defined by type/i.test(first.message)
      ? first.message
      : undefined;
  } catch {
    return undefined;
  }
}
