import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type LiveSupergraph, openSupergraph } from './live-supergraph.ts';

let folder: string;
let path: string;
let live: LiveSupergraph<string>;
let reloads: boolean[];
const logger = pino({ level: 'silent' });

function serve(text: string): string {
  // A file that is being written is empty for a moment.
  if (text === '' || text.startsWith('broken')) throw new Error('it cannot be served');
  return `serves ${text}`;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-supergraph-'));
  path = join(folder, 'supergraph.graphql');
  reloads = [];
  writeFileSync(path, 'one');
  live = await openSupergraph({ path, serve, checkEveryMs: 100, logger, onReload: (taken) => reloads.push(taken) });
});

afterEach(() => {
  live.close();
  rmSync(folder, { recursive: true });
});

describe('a supergraph that is served', () => {
  test('is replaced when its file is written, or replaced by another', async () => {
    writeFileSync(path, 'two');
    await waitUntil(() => live.current === 'serves two');
    writeFileSync(join(folder, 'next'), 'three');
    renameSync(join(folder, 'next'), path);
    await waitUntil(() => live.current === 'serves three');
    expect(reloads.filter((taken) => taken)).toHaveLength(2);
  });

  test('stays when the new one is broken or gone, and the one after that is taken', async () => {
    writeFileSync(path, 'broken');
    await waitUntil(() => reloads.includes(false));
    expect(live.current).toBe('serves one');
    rmSync(path);
    await live.reload();
    expect(live.current).toBe('serves one');
    writeFileSync(path, 'two');
    await waitUntil(() => live.current === 'serves two');
  });

  test('is read at once at SIGHUP', async () => {
    live.close();
    live = await openSupergraph({ path, serve, checkEveryMs: 60_000, logger });
    writeFileSync(path, 'two');
    process.emit('SIGHUP');
    await waitUntil(() => live.current === 'serves two');
  });

  test('that cannot be read at the start is told in one line', async () => {
    const missing = join(folder, 'missing.graphql');
    await expect(openSupergraph({ path: missing, serve, checkEveryMs: 100, logger })).rejects.toThrow(
      /^The supergraph cannot be read \(ENOENT: .*\)\. Compose it, and set SUPERGRAPH_PATH\.$/,
    );
  });
});
