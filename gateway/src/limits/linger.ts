import type { IncomingMessage, ServerResponse } from 'node:http';

/** Node reads and drops the rest of a body that is no longer than this by itself. */
const smallBytes = 64 * 1024;

const abandoned = new WeakSet<IncomingMessage>();

/** Gives a request up whose body does not arrive: once it is answered, nothing more is read from its connection. */
export function abandon(request: IncomingMessage): void {
  abandoned.add(request);
}

/** Whether a request's body is still to come and is more than a little, or does not come at all. */
export function isUnread(request: IncomingMessage): boolean {
  if (request.complete || request.destroyed) return false;
  if (abandoned.has(request)) return true;
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || Number(length ?? 0) > smallBytes;
}

/**
 * Ends an answer that comes before the body was read to its end, so that the client can read the answer: the connection
 * is closed after what still arrives within `graceMs` was read and dropped. Closed at once, the bytes on their way would
 * reset the connection and the answer with it; not closed, a refused upload would be read to its end.
 */
export function endUnread(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Buffer,
  graceMs: number,
): void {
  response.write(body);
  request.unpipe();
  request.resume();
  const end = () => {
    clearTimeout(timer);
    response.end(() => request.socket.destroySoon());
  };
  const timer = setTimeout(end, abandoned.has(request) ? 0 : graceMs);
  for (const event of ['end', 'close', 'error']) request.once(event, end);
}
