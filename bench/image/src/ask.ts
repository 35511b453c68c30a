import { Agent, request } from 'undici';
import { cpuSecondsOf, processTree } from '../../src/process-cost.ts';

/** What was asked of a server, and what it took. */
export interface Taken {
  requests: number;
  bytes: number;
  seconds: number;
  /** CPU time of the server's processes. */
  cpuSeconds: number;
}

/** Measures what a piece of work takes, and what it costs the processes that serve it. */
export async function measure(
  pids: readonly number[],
  work: () => Promise<{ requests: number; bytes: number }>,
): Promise<Taken> {
  const tree = pids.flatMap((pid) => processTree(pid));
  const [cpuBefore, beganAt] = [cpuSecondsOf(tree), performance.now()];
  const done = await work();
  return { ...done, seconds: (performance.now() - beganAt) / 1_000, cpuSeconds: cpuSecondsOf(tree) - cpuBefore };
}

const agent = new Agent({ connections: 256 });

/** Gets all of these addresses, so many at once; throws where an answer is no picture. */
export async function getAll(urls: readonly string[], atOnce: number): Promise<{ requests: number; bytes: number }> {
  let bytes = 0;
  await eachAtOnce(urls, atOnce, async (url) => {
    bytes += (await getPicture(url)).length;
  });
  return { requests: urls.length, bytes };
}

/** Gets a picture; throws where the answer is none. */
export async function getPicture(url: string): Promise<Buffer> {
  const { statusCode, headers, body } = await request(url, { dispatcher: agent });
  const bytes = Buffer.from(await body.arrayBuffer());
  if (statusCode === 200 && String(headers['content-type']).startsWith('image/')) return bytes;
  throw new Error(`${url} answered ${statusCode}: ${bytes.toString('utf8', 0, 300)}`);
}

/** Does something with each item, so many at once. */
export async function eachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as Item);
  };
  await Promise.all(Array.from({ length: atOnce }, run));
}
