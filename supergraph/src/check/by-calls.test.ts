import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Finding } from '../findings/finding.ts';
import { readCounts } from '../use/read-counts.ts';
import { strangers, weighByCalls } from './by-calls.ts';

const folder = await mkdtemp(join(tmpdir(), 'counts-'));
afterAll(() => rm(folder, { recursive: true }));

async function counts(text: string) {
  const file = join(folder, 'counts');
  await writeFile(file, text);
  return readCounts(file);
}

const metrics = `# HELP atrium_gateway_requests_total Requests by operation and outcome.
# TYPE atrium_gateway_requests_total counter
atrium_gateway_requests_total{operation="User",outcome="ok"} 40
atrium_gateway_requests_total{operation="User",outcome="INTERNAL"} 2
atrium_gateway_requests_total{operation="Secret",outcome="ok"} 7
atrium_gateway_fallbacks_total 3
`;

const broken = (...names: string[]): Finding => ({
  rule: 'field-removed',
  severity: 'error',
  verdict: 'breaking',
  subject: 'User.email',
  message: 'gone',
  affected: names.map((name) => ({ name: `operation ${name}`, file: `${name}.graphql`, line: 1 })),
});

test('counts are read from the gateway’s metrics, over all outcomes, and from JSON', async () => {
  expect(await counts(metrics)).toEqual(
    new Map([
      ['User', 42],
      ['Secret', 7],
    ]),
  );
  expect(await counts('{ "User": 42 }')).toEqual(new Map([['User', 42]]));
  await expect(counts('nothing of the kind')).rejects.toThrow('holds no series');
});

test('what breaks only operations that nobody called is told and fails nothing', async () => {
  const [idle, busy] = weighByCalls([broken('Export'), broken('Export', 'User')], await counts(metrics));
  expect(idle).toMatchObject({ verdict: 'unused', severity: 'warning', affected: [{ calls: 0 }] });
  expect(busy).toMatchObject({ verdict: 'breaking', severity: 'error', affected: [{ calls: 0 }, { calls: 42 }] });
});

test('a name without a series may have been called where names share one', async () => {
  const shared = await counts(`${metrics}atrium_gateway_requests_total{operation="other",outcome="ok"} 1\n`);
  expect(weighByCalls([broken('Export')], shared)[0]).toMatchObject({ verdict: 'breaking' });
});

test('operations that are called and stand in no file are told', async () => {
  expect(strangers(['User'], await counts(metrics)).map(({ subject }) => subject)).toEqual(['Secret']);
});
