import type { Stack } from '@atrium/stack';
import { memoryOf } from '../../src/process-cost.ts';
import type { createProgress } from '../../src/progress.ts';
import { toTable } from '../../src/table.ts';

const query = `query ($after: String) {
  users(first: 100, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
    edges { node { id name location country } } pageInfo { hasNextPage endCursor }
  }
}`;
const mebibyte = 1_024 * 1_024;

interface Page {
  edges: object[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Reads all users page by page, as a scan does, and answers with a table of the memory that Profile takes before and after. */
export async function readEverybody(
  stack: Stack,
  count: number,
  progress: ReturnType<typeof createProgress>,
): Promise<string> {
  const before = await memoryOfProfile(stack);
  const steps = progress.count(100, count / 100 / 20_000);
  let read = 0;
  let page: Page | undefined;
  do {
    page = await readPage(stack, page?.pageInfo.endCursor);
    const percent = Math.floor((read / count) * 100);
    read += page.edges.length;
    if (Math.floor((read / count) * 100) > percent) steps.step('users are read');
  } while (page.pageInfo.hasNextPage);
  steps.end();
  const after = await memoryOfProfile(stack);
  const head = ['memory of Profile, MiB', 'before', `after all ${read} users were read`];
  return toTable(
    head,
    Object.entries(before).map(([name, bytes]) => [name, toMebibytes(bytes), toMebibytes(after[name])]),
  );
}

function toMebibytes(bytes = Number.NaN): string {
  return (bytes / mebibyte).toFixed(1);
}

async function readPage({ gatewayUrl, apiKey }: Stack, after: string | null | undefined): Promise<Page> {
  const response = await fetch(new URL('/graphql', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    body: JSON.stringify({ query, variables: { after } }),
  });
  const { data, errors } = (await response.json()) as { data?: { users: Page | null }; errors?: object[] };
  if (!data?.users) throw new Error(`a page was answered with ${JSON.stringify(errors)}`);
  return data.users;
}

async function memoryOfProfile({ services: { profile } }: Stack): Promise<Record<string, number>> {
  const metrics = await (await fetch(new URL('/metrics', profile.url))).text();
  const metric = (name: string) =>
    Number(new RegExp(`^atrium_profile_user_cache_${name} (\\S+)`, 'm').exec(metrics)?.[1]);
  const { residentBytes, peakBytes } = memoryOf(profile.pid === undefined ? [] : [profile.pid]);
  return {
    'cache of users': metric('bytes'),
    'its bound, USER_CACHE_BYTES': metric('max_bytes'),
    'the process': residentBytes,
    'the process at its height': peakBytes ?? Number.NaN,
  };
}
