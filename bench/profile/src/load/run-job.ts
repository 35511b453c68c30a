import { setTimeout as pause } from 'node:timers/promises';
import { costsBetween, readCosts } from '../../../src/costs.ts';
import { Connection, type OnAnswer } from '../../../src/load/connection.ts';
import { Measurement } from '../../../src/load/measurement.ts';
import { watchBacklog } from './backlog.ts';
import type { LoadJob, LoadResult } from './job.ts';
import type { Requests } from './requests.ts';

/** Loads a server as a job says, judges every answer, and tells what was seen. */
export function runJob(job: LoadJob, requests: Requests): Promise<LoadResult> {
  return job.workload === 'W' ? runUntilDone(job, requests) : runWindow(job, requests);
}

/** Sends without a pause, and measures a window of it. */
async function runWindow(job: LoadJob, requests: Requests): Promise<LoadResult> {
  const measurement = new Measurement();
  const load = startLoad(job, requests, measurement);
  load.send();
  try {
    const { before, after } = await measurement.window(
      { warmUpMs: job.runUpMs, measuredMs: job.measuredMs },
      readCosts,
    );
    return { ...measurement.seen(), costs: costsBetween(job.costs, before, after), backlogMs: 0 };
  } finally {
    load.close();
  }
}

/** Sends for a while, and measures until the last answer is there and nothing that was asked for is left to do. */
async function runUntilDone(job: LoadJob, requests: Requests): Promise<LoadResult> {
  const measurement = new Measurement();
  const backlog = await watchBacklog(job.backlog);
  const load = startLoad(job, requests, measurement);
  let backlogMs = 0;
  try {
    const { before, after } = await measurement.during(async () => {
      load.send();
      await pause(job.measuredMs);
      await load.finish();
      const answeredAt = performance.now();
      await backlog.worked();
      backlogMs = performance.now() - answeredAt;
    }, readCosts);
    return { ...measurement.seen(), costs: costsBetween(job.costs, before, after), backlogMs };
  } finally {
    load.close();
    await backlog.close();
  }
}

const answerTimeoutMs = 30_000;

/** Connections of which each sends its next request when it has its answer. */
function startLoad(job: LoadJob, { draw, body, isRight }: Requests, measurement: Measurement) {
  let finished = false;
  let underWay = 0;
  const idle = Promise.withResolvers<void>();
  const head = headOf(job);
  const write = (place: number) => {
    const text = body(place);
    return Buffer.from(`${head}${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const onAnswer: OnAnswer = (connection, response) => {
    const now = performance.now();
    underWay -= 1;
    if (response?.status === 200 && isRight(response.body, connection.place)) {
      measurement.answered(now, now - connection.dueAt);
    } else measurement.failed(() => describe(response));
    if (!finished) sendNext(connection);
    else if (underWay === 0) idle.resolve();
  };
  const connections = Array.from({ length: job.connections }, () => new Connection(job.port, write, onAnswer));
  function sendNext(connection: Connection): void {
    underWay += 1;
    connection.send(draw(), performance.now());
  }
  return {
    send() {
      for (const connection of connections) sendNext(connection);
    },
    /** Sends nothing more, and waits for what is under way. */
    async finish() {
      finished = true;
      if (underWay === 0) return;
      const late = pause(answerTimeoutMs, undefined, { ref: false }).then(() => {
        throw new Error(`${underWay} requests had no answer after ${answerTimeoutMs / 1_000} s`);
      });
      late.catch(() => {});
      await Promise.race([idle.promise, late]);
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}

/** All of a request up to the length of its body. */
function headOf({ port, headers }: LoadJob): string {
  const lines = [
    'POST /graphql HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    'accept: application/json',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\ncontent-length: `;
}

function describe(response: Parameters<OnAnswer>[1]): string {
  return response ? `${response.status} ${response.body.toString().slice(0, 500)}` : 'the connection broke';
}
