import { setTimeout as pause } from 'node:timers/promises';
import { Connection, type OnAnswer } from '../../../src/load/connection.ts';
import { Measurement, type Readings } from '../../../src/load/measurement.ts';
import { busyTime, cpuSecondsOf } from '../../../src/process-cost.ts';
import type { ExpectedAnswers } from '../expected-answers.ts';
import type { BenchQuery } from '../queries.ts';
import type { LoadJob, LoadResult } from './job.ts';
import type { Places } from './places.ts';
import { requestTemplate } from './request-template.ts';

/** What a job is done with. */
export interface LoadTools {
  query: BenchQuery;
  expected: ExpectedAnswers;
  places: Places;
}

/** Loads a gateway as a job says, judges every answer, and tells what was seen. */
export async function runJob(job: LoadJob, tools: LoadTools): Promise<LoadResult> {
  const rate = job.requestsPerSecond;
  return rate === undefined ? runClosedLoop(job, tools) : runOpenLoop(job, rate, tools);
}

async function runClosedLoop(job: LoadJob, { query, expected, places }: LoadTools): Promise<LoadResult> {
  const measurement = new Measurement();
  const connections = open(job, query, (connection, response) => {
    const now = performance.now();
    if (isRight(response, expected, connection.place)) measurement.answered(now, now - connection.dueAt);
    else measurement.failed(() => describe(response));
    connection.send(places(query), performance.now());
  });
  for (const connection of connections) connection.send(places(query), performance.now());
  try {
    return toResult(measurement, await measurement.window(job, () => readCosts(job)));
  } finally {
    for (const connection of connections) connection.close();
  }
}

const drainMs = 5_000;

/**
 * Sends at fixed times, whether or not earlier requests were answered, and counts latency from these times: a gateway
 * that stalls is charged for all who would have come meanwhile (no coordinated omission).
 */
async function runOpenLoop(job: LoadJob, rate: number, { query, expected, places }: LoadTools): Promise<LoadResult> {
  const measurement = new Measurement();
  const idle: Connection[] = [];
  const due: number[] = [];
  const connections = open(job, query, (connection, response) => {
    const { place, dueAt } = connection;
    if (isRight(response, expected, place)) measurement.answered(dueAt, performance.now() - dueAt);
    else measurement.failed(() => describe(response));
    const next = due.shift();
    if (next === undefined) idle.push(connection);
    else connection.send(places(query), next);
  });
  idle.push(...connections);
  const intervalMs = 1_000 / rate;
  let nextAt = performance.now();
  const ticks = setInterval(() => {
    for (const now = performance.now(); nextAt <= now; nextAt += intervalMs) {
      const connection = idle.pop();
      if (connection) connection.send(places(query), nextAt);
      else due.push(nextAt);
    }
  }, 1);
  const settled = async () => {
    clearInterval(ticks);
    const waitUntil = performance.now() + drainMs;
    const unanswered = () => connections.length - idle.length + due.length;
    while (unanswered() > 0 && performance.now() < waitUntil) await pause(10);
    for (let left = unanswered(); left > 0; left -= 1) measurement.failed(() => 'no answer within five seconds');
  };
  try {
    const readings = await measurement.window(job, () => readCosts(job));
    await settled();
    return toResult(measurement, readings);
  } finally {
    clearInterval(ticks);
    for (const connection of connections) connection.close();
  }
}

function open(job: LoadJob, query: BenchQuery, onAnswer: OnAnswer): Connection[] {
  const template = requestTemplate(query, job);
  return Array.from({ length: job.connections }, () => {
    const request = template.createBuffer();
    const write = (place: number) => {
      template.fill(request, place);
      return request;
    };
    return new Connection(job.port, write, onAnswer);
  });
}

function readCosts({ processIds, otherCores }: LoadJob) {
  return { cpuSeconds: cpuSecondsOf(processIds), others: busyTime(otherCores) };
}

function toResult(measurement: Measurement, { before, after }: Readings<ReturnType<typeof readCosts>>): LoadResult {
  const busy =
    before.others &&
    after.others &&
    (after.others.busy - before.others.busy) / (after.others.total - before.others.total);
  return { ...measurement.seen(), cpuSeconds: after.cpuSeconds - before.cpuSeconds, otherCoresBusy: busy };
}

function isRight(response: Parameters<OnAnswer>[1], expected: ExpectedAnswers, place: number): boolean {
  return response?.status === 200 && expected.matches(response.body, place);
}

function describe(response: Parameters<OnAnswer>[1]): string {
  return response ? `${response.status} ${response.body.toString().slice(0, 500)}` : 'the connection broke';
}
