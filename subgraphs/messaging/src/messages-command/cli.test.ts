import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createLogger } from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { chooseProviders } from '../choose-providers.ts';
import { readConfig } from '../config.ts';
import { noTestNumbers } from '../domain/test-numbers.ts';
import { startDelivery } from '../start-delivery.ts';
import { type PostOffice, startPostOffice } from '../testing/post-office.ts';
import { type MessageQueue, nobodySuppressed, startMessageQueue } from '../testing/queued-messages.ts';
import { waitFor } from '../testing/wait-for.ts';

jest.setTimeout(60_000);

let office: PostOffice;
let messages: MessageQueue;
let worker: { close(): Promise<void> };
beforeAll(async () => {
  office = await startPostOffice();
  messages = await startMessageQueue({ SENDGRID_BASE_URL: office.url });
  const settings = readConfig(messages.environment);
  worker = await startDelivery(settings, {
    database: messages.client,
    logger: createLogger('test', 'silent'),
    registry: createServiceMetrics(settings).registry,
    providers: await chooseProviders(settings, messages.client, noTestNumbers),
    suppressions: nobodySuppressed,
  });
});
afterAll(async () => {
  await worker.close();
  await messages.close();
  await office.close();
});

interface Run {
  code: number;
  out: string;
  complaint: string;
}

function command(args: string[], databaseUrl = messages.database.url): Promise<Run> {
  const program = join(import.meta.dirname, 'cli.ts');
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl };
  return new Promise((resolve) => {
    const options = ['--disable-warning=ExperimentalWarning', program, ...args];
    execFile(process.execPath, options, { env }, (error, out, complaint) => {
      resolve({ code: Number(error?.code ?? 0), out, complaint });
    });
  });
}

async function answerOf(...args: string[]) {
  const { code, out, complaint } = await command([...args, '--json']);
  if (code !== 0) throw new Error(complaint);
  return JSON.parse(out);
}

const untilAll = (ids: string[], status: string) =>
  waitFor(status, async () =>
    (await Promise.all(ids.map(messages.rowOf))).every((row: { status: string }) => row.status === status),
  );

test('what failed and what is in doubt is listed, shown and replayed, and a code is not', async () => {
  office.status = 400;
  const failed = await messages.queue([{}, { operation: 'NEWS' }, { urgent: true }]);
  const [welcome = '', news = '', code = ''] = failed;
  await untilAll(failed, 'FAILED');
  Object.assign(office, { status: 202, cuts: true });
  const [doubtful = ''] = await messages.queue([{}]);
  await untilAll([doubtful], 'FAILED');
  office.cuts = false;

  const [table, told, sheet, listed] = await Promise.all([
    command(['failed']),
    answerOf('doubtful'),
    command(['show', doubtful]),
    answerOf('failed', '--operation', 'NEWS'),
  ]);
  expect(told).toMatchObject([{ id: doubtful, provider: 'sendgrid', doubtful: true, replayable: true }]);
  expect(listed).toMatchObject([{ id: news, failure: 'provider refused (400)', recipient: 'masked' }]);
  expect(sheet.out).toMatch(/^status +FAILED, doubtful$/m);
  const [head = '', ...lines] = table.out.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines.find((line) => line.startsWith(code))).toMatch(/ no +provider refused \(400\)$/);
  for (const column of ['FAILED', 'OPERATION', 'RECIPIENT', 'WHY']) {
    const place = head.indexOf(column);
    for (const line of lines) expect(line.slice(place - 2, place + 1)).toMatch(/^ {2}\S$/);
  }
  for (const { out } of [table, sheet]) expect(out).not.toContain('@');

  expect(await answerOf('replay', welcome)).toEqual([{ id: welcome }]);
  await untilAll([welcome], 'SENT');
  expect(await messages.rowOf(welcome)).toMatchObject({ attempts: 1, failure: null });

  const [erased, again] = await Promise.all([command(['replay', code]), command(['replay', doubtful])]);
  expect(erased).toMatchObject({ code: 1, complaint: expect.stringContaining('Its text is gone') });
  expect(again).toMatchObject({ code: 1, complaint: expect.stringContaining('--doubtful') });
  expect((await command(['replay', '--all'])).out).toBe('1 message is queued again.\n');
  await untilAll([news], 'SENT');
  expect(await messages.rowOf(doubtful)).toMatchObject({ status: 'FAILED' });
  expect((await command(['replay', doubtful, '--doubtful'])).out).toBe('1 message is queued again.\n');
  await untilAll([doubtful], 'SENT');
  expect((await command(['doubtful'])).out).toBe('No message is in doubt.\n');
});

test('what cannot be done is told in one line with what to do, and no address is repeated', async () => {
  const unknown = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
  const [show, replay, none, id, away, help] = await Promise.all([
    command(['show', unknown]),
    command(['replay', unknown]),
    command(['replay']),
    command(['show', 'nobody']),
    command(['failed'], 'postgresql://nobody:secret@127.0.0.1:1/none'),
    command(['--help']),
  ]);
  const said = (text: string) => ({
    code: 1,
    complaint: expect.stringMatching(new RegExp(`^messages: .*${text}.*\n$`)),
  });
  expect(show).toMatchObject(said('no such message'));
  expect(replay).toMatchObject(said('no such failed message. See messages failed'));
  expect(none).toMatchObject(said('--all'));
  expect(id).toMatchObject(said('as messages failed shows them'));
  expect(away).toMatchObject(said('cannot be used'));
  expect(away.complaint).not.toContain('secret');
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining('npm run messages -- replay --all') });
});
