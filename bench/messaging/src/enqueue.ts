import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '@atrium/stack';
import { countRows, fillProfile } from '../../profile/src/tables.ts';
import { costsBetween } from '../../src/costs.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import { type OwnStack, startOwnStack } from '../../src/own-stack.ts';
import { cpuByProcess } from '../../src/process-cost.ts';
import type { Progress } from '../../src/progress.ts';
import type { SendJob, SendResult } from './load/main.ts';
import type { BenchOptions } from './options.ts';

/** What a round of asking for messages showed. */
export interface Enqueued {
  requests: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU seconds by process. */
  cpu: Record<string, number>;
  elsewhereCpu: number;
  /** Messages that were accepted by an answer and are in the table: all, or the bench fails. */
  durable: number;
}

/** Our whole system, ready to be asked for messages. */
export interface EnqueueSite {
  run(): Promise<Enqueued>;
  stop(): Promise<void>;
}

/** How messages are delivered meanwhile: by the service itself as usual, or by nobody yet. */
export type DeliveryWorker = 'inside' | 'apart';

/** Users who are written to; each has a number of their own. */
const userCount = 10_000;

/** Starts the system in a folder and opens the load. */
export async function openEnqueueSite(
  folder: string,
  deliveryWorker: DeliveryWorker,
  options: BenchOptions,
  progress: Progress,
): Promise<EnqueueSite> {
  mkdirSync(folder, { recursive: true });
  const messaging = {
    DELIVERY_WORKER: deliveryWorker,
    PROVIDER_CONCURRENCIES: 'developer-inbox=250',
    ...options.settings,
  };
  const stack = await progress.during('starting Atrium and PostgreSQL', () =>
    startOwnStack({ folder, profileFolder: undefined, settings: { messaging } }),
  );
  await fillProfile(stack.adminUrl, stack.databases.profile, userCount);
  const load = await startLoadProcess<SendJob, SendResult>(join(import.meta.dirname, 'load', 'main.ts'));
  return {
    run: () => ask(stack, load.run, options),
    async stop() {
      load.stop();
      await stack.stop();
    },
  };
}

async function ask(
  stack: OwnStack,
  run: (job: SendJob) => Promise<SendResult>,
  { connections, seconds }: BenchOptions,
): Promise<Enqueued> {
  const count = () => countRows(stack.databases.messaging, 'SELECT count(*) FROM messages');
  const [rowsBefore, cpuBefore] = [await count(), cpuByProcess()];
  const result = await run({
    port: Number(new URL(stack.gatewayUrl).port),
    headers: { 'x-api-key': stack.key },
    connections,
    userCount,
    runUpMs: 500,
    measuredMs: seconds * 1_000,
  });
  const costs = costsBetween(
    {
      processes: Object.fromEntries(serviceNames.map((name) => [name, stack.services[name].pid ?? 0])),
      postmaster: stack.postgres?.pid() ?? 0,
      databases: serviceNames.map((name) => new URL(stack.databases[name]).pathname.slice(1)),
    },
    cpuBefore,
    cpuByProcess(),
  );
  if (result.failures > 0) throw new Error(`${result.failures} answers were wrong; the first: ${result.firstFailure}`);
  const durable = (await count()) - rowsBefore;
  if (durable !== result.accepted) throw new Error(`${result.accepted} were accepted, and ${durable} are in the table`);
  const { requests, p50Ms, p99Ms } = result;
  const cpu = { ...costs.processes, PostgreSQL: costs.backends + costs.background };
  return { requests, seconds: result.seconds, p50Ms, p99Ms, cpu, elsewhereCpu: costs.elsewhere, durable };
}
