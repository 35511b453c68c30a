import { readFile } from 'node:fs/promises';
import { UsageFault } from '../usage-fault.ts';

/** How often each operation was called, by name. */
export type Calls = ReadonlyMap<string, number>;

/**
 * Reads an export of counts: the gateway's metrics in Prometheus's text format, whose operations are the label
 * `operation` of `atrium_gateway_requests_total`, or a JSON object of names and numbers.
 */
export async function readCounts(file: string): Promise<Calls> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageFault(`--counts ${file} cannot be read.`);
  });
  const calls = text.trimStart().startsWith('{') ? readJson(text, file) : readMetrics(text);
  if (calls.size === 0) throw new UsageFault(`--counts ${file} holds no series atrium_gateway_requests_total.`);
  return calls;
}

function readJson(text: string, file: string): Map<string, number> {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    throw new UsageFault(`--counts ${file} is neither JSON nor Prometheus's text format.`);
  }
}

const series = /^atrium_gateway_requests_total\{(.*)\}\s+([\d.e+]+)/;

function readMetrics(text: string): Map<string, number> {
  const calls = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, labels = '', value] = series.exec(line) ?? [];
    const name = /\boperation="([^"]*)"/.exec(labels)?.[1];
    if (name !== undefined) calls.set(name, (calls.get(name) ?? 0) + Number(value));
  }
  return calls;
}
