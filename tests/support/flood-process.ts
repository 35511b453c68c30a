// Sends requests over many connections, each the next one as soon as it is answered, until its parent ends or disconnects.
// Tells its parent how many answers there were of each kind when it is asked for them.
import { connect } from 'node:net';
import { constants, setPriority } from 'node:os';

const { url, authorization, body, connections } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  authorization: string;
  body: string;
  connections: number;
};
const { hostname, port, pathname } = new URL(url);
const head =
  `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\nauthorization: ${authorization}\r\n` +
  `content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
let sent = 0;
/** The request; the digits 00000000 in its body are another number each time. */
const request = () => head + body.replace('00000000', String(sent++).padStart(8, '0'));
const counts: Record<string, number> = {};
const count = (kind: string) => {
  counts[kind] = (counts[kind] ?? 0) + 1;
};

// What is tested is who gets a service's time, not who gets the machine's.
setPriority(constants.priority.PRIORITY_LOW);

function open(): void {
  let answer = '';
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.setEncoding('latin1');
  socket.on('connect', () => socket.write(request()));
  socket.on('data', (text: string) => {
    answer += text;
    const end = answer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1] ?? 0);
    if (answer.length < end + 4 + length) return;
    const status = answer.slice(9, 12);
    const isOverloaded = status === '503' && answer.includes('"OVERLOADED"') && /"retryAfterMs":\d+/.test(answer);
    count(isOverloaded ? 'overloaded' : status);
    answer = '';
    socket.write(request());
  });
  socket.on('error', () => count('broken'));
  socket.on('close', () => setTimeout(open, 50));
}

for (let opened = 0; opened < connections; opened++) open();
process.on('message', () => process.send?.(counts));
process.on('disconnect', () => process.exit(0));
