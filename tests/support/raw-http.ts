import { connect, type Socket } from 'node:net';
import { waitFor } from './wait-for.ts';

/** What came over a connection, and whether the other side ended it. */
export interface RawAnswer {
  text: string;
  /** The status of each answer on it. */
  statuses: number[];
  closed: boolean;
}

/** A connection that says whatever a test wants it to, well-formed or not. */
export interface RawConnection {
  socket: Socket;
  /** What came so far. */
  answer(): RawAnswer;
  /** Waits until this holds of what came, or fails after the time. */
  until(holds: (answer: RawAnswer) => boolean, timeoutMs?: number): Promise<RawAnswer>;
}

/** Opens a connection to the host of an address. A reset counts as an end, as it does to a client. */
export async function openConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const came = { text: '', closed: false };
  socket.setEncoding('latin1').on('data', (piece: string) => {
    came.text += piece;
  });
  socket.on('error', () => {});
  socket.on('end', () => {
    came.closed = true;
  });
  socket.on('close', () => {
    came.closed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  const answer = (): RawAnswer => ({
    ...came,
    statuses: [...came.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
  });
  return {
    socket,
    answer,
    until: (holds, timeoutMs = 10_000) =>
      waitFor(
        'what should come over the connection',
        () => {
          const now = answer();
          return holds(now) && now;
        },
        { timeoutMs, everyMs: 5 },
      ),
  };
}

/** Sends text as it is and waits for an answer or the end of the connection. */
export async function sendRaw(url: string, text: string | Buffer): Promise<RawAnswer> {
  const connection = await openConnection(url);
  connection.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  const answer = await connection.until(({ closed, text: came }) => closed || isWhole(came));
  connection.socket.destroy();
  return answer;
}

/** Whether the last answer has all of its body, which no answer here leaves to the end of the connection. */
function isWhole(text: string): boolean {
  const head = text.lastIndexOf('HTTP/1.1 ');
  const end = text.indexOf('\r\n\r\n', head);
  if (head < 0 || end < 0) return false;
  const length = /^content-length: (\d+)\r$/im.exec(text.slice(head, end + 2))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}
