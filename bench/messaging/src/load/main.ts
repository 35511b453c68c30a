import { setTimeout as pause } from 'node:timers/promises';
import { userAt } from '../../../profile/src/dataset.ts';
import { Connection } from '../../../src/load/connection.ts';
import { takeJobs } from '../../../src/load/load-process.ts';
import { Measurement, type Seen } from '../../../src/load/measurement.ts';

/** What the load process is to do: ask for messages for a while. */
export interface SendJob {
  port: number;
  headers: Readonly<Record<string, string>>;
  connections: number;
  userCount: number;
  runUpMs: number;
  measuredMs: number;
}

/** What it saw; `accepted` counts the run-up as well. */
export type SendResult = Seen & { accepted: number };

const document = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id status } userErrors { code field } }
}`;
const right = /^\{"data":\{"sendMessage":\{"message":\{"id":"[\da-f-]{36}","status":"QUEUED"\},"userErrors":\[\]\}\}/;

let next = 0;

takeJobs<SendJob, SendResult>(async (job) => {
  const measurement = new Measurement();
  let accepted = 0;
  let finished = false;
  let underWay = 0;
  const idle = Promise.withResolvers<void>();
  const write = (place: number): Buffer => {
    const input = { userId: userAt(place).id, operation: 'WELCOME' };
    const body = JSON.stringify({ query: document, variables: { input } });
    const headers = Object.entries(job.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.from(
      `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\ncontent-type: application/json\r\naccept: application/json\r\n${headers.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  };
  const connections = Array.from(
    { length: job.connections },
    () =>
      new Connection(job.port, write, (connection, response) => {
        underWay -= 1;
        const now = performance.now();
        const text = response?.body.toString() ?? '';
        if (response?.status === 200 && right.test(text)) {
          accepted += 1;
          measurement.answered(now, now - connection.dueAt);
        } else
          measurement.failed(() => (response ? `${response.status} ${text.slice(0, 500)}` : 'the connection broke'));
        if (!finished) send(connection);
        else if (underWay === 0) idle.resolve();
      }),
  );
  function send(connection: Connection): void {
    underWay += 1;
    connection.send(next++ % job.userCount, performance.now());
  }
  for (const connection of connections) send(connection);
  try {
    await measurement.window({ warmUpMs: job.runUpMs, measuredMs: job.measuredMs }, () => undefined);
    finished = true;
    if (underWay > 0) await Promise.race([idle.promise, pause(30_000, undefined, { ref: false })]);
    return { ...measurement.seen(), accepted };
  } finally {
    for (const connection of connections) connection.close();
  }
});
