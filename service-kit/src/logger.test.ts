import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createRequestLog, gatherLines } from './logger.ts';

const logger = new URL('./logger.ts', import.meta.url).href;
const run = new URL('./run.ts', import.meta.url).href;

/** Runs a program that logs and tells what it wrote, and how it ended. */
async function logged(program: string, whenItSays?: { line: string; signal: NodeJS.Signals }) {
  const code = `import { createLogger } from '${logger}'; import { run } from '${run}';
    const logger = createLogger('test', 'info'); ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (whenItSays && output.includes(whenItSays.line)) child.kill(whenItSays.signal);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return {
    exitCode,
    lines: output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string }),
  };
}

test('the last lines are written when a process exits, however many there are', async () => {
  const { lines } = await logged('for (let i = 0; i < 2000; i++) logger.info("line " + i); process.exit(3);');
  expect(lines.map(({ msg }) => msg)).toEqual(Array.from({ length: 2000 }, (_, i) => `line ${i}`));
});

test.each([
  { end: "throw new Error('lost');", how: 'an error that nobody caught', exitCode: 1 },
  { end: '', how: 'an end for want of work', exitCode: 0 },
])('the last lines survive $how', async ({ end, exitCode }) => {
  const ended = await logged(`logger.info('first'); logger.info('last'); ${end}`);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.lines.map(({ msg }) => msg)).toEqual(['first', 'last']);
});

test('the last lines survive SIGTERM', async () => {
  const { lines, exitCode } = await logged(
    `await run(async () => ({
      drainTimeoutMs: 5000,
      close: async () => { for (let i = 0; i < 50; i++) logger.info('closing'); },
    }));
    setInterval(() => {}, 1000);
    logger.info('started');`,
    { line: 'started', signal: 'SIGTERM' },
  );
  expect(exitCode).toBe(0);
  expect(lines.map(({ msg }) => msg)).toEqual(['started', ...Array<string>(50).fill('closing')]);
});

test('the line of a quiet process is written at once, and what follows it within a second', async () => {
  const start = performance.now();
  // The process lives on: what it wrote is seen before its end.
  const { lines } = await logged("logger.info('first'); logger.info('last'); setInterval(() => {}, 1000);", {
    line: 'last',
    signal: 'SIGKILL',
  });
  expect(lines).toHaveLength(2);
  expect(performance.now() - start).toBeLessThan(5_000);
  const written: string[] = [];
  const gathering = gatherLines({ write: (text) => written.push(text), flushSync: () => {} });
  gathering.write('first');
  gathering.write('second');
  expect(written).toEqual(['first']);
});

test('busy lines are written together', () => {
  const written: string[] = [];
  const gathering = gatherLines({ write: (text) => written.push(text), flushSync: () => {} });
  for (let i = 0; i < 1_000; i++) gathering.write(`${'x'.repeat(99)}\n`);
  gathering.flushSync();
  expect(written.length).toBeLessThan(30);
  expect(written.join('')).toHaveLength(100_000);
});

const line = {
  requestId: '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  method: 'POST',
  route: '/graphql',
  status: 200,
  durationMs: 12,
};

test.each([
  line,
  { ...line, keyId: 'abc', clientId: 'web', operation: 'User' },
  { ...line, clientId: 'a "quoted"\n{"level":"fatal"} \u2028 \ud800 \\ client', keyId: undefined },
])('the line of a request is what pino would write of it: %j', (about) => {
  const written: string[] = [];
  const log = pino(
    {
      base: { service: 'test' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (text: string) => void written.push(text) },
  );
  log.info(about);
  createRequestLog(log)(about);
  const [byPino, byUs] = written.map((text) => JSON.parse(text) as { time: string });
  expect(byUs).toEqual({ ...byPino, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) });
  expect(Math.abs(Date.parse(byUs?.time ?? '') - Date.parse(byPino?.time ?? ''))).toBeLessThan(1_000);
  expect(written[1]?.match(/\n/g)).toHaveLength(1);
});

test('requests are not logged where the level is above them', () => {
  const written: string[] = [];
  createRequestLog(pino({ level: 'warn' }, { write: (text: string) => void written.push(text) }))(line);
  expect(written).toEqual([]);
});
