import type { PassThrough } from 'node:stream';
import { isId } from '@atrium/service-kit';
import type { DeveloperInbox, InboxFeed, InboxMessage, InboxState } from '../domain/developer-inbox.ts';

/** What a stream tells of, and how often. */
export interface InboxStreamOptions {
  readonly inbox: DeveloperInbox;
  readonly feed: InboxFeed;
  readonly heartbeatMs: number;
  readonly statusIntervalMs: number;
}

/**
 * Writes a `message` event for everything that arrives from now on, or since an event that was seen, and a `state` event
 * whenever one of the newest has come further; answers how to stop.
 */
export async function streamInbox(
  stream: PassThrough,
  lastSeen: unknown,
  options: InboxStreamOptions,
): Promise<() => void> {
  const { inbox, feed, heartbeatMs, statusIntervalMs } = options;
  const known = new Map((await inbox.findStates()).map((state) => [state.messageId, stateText(state)]));
  let latest = typeof lastSeen === 'string' && isId(lastSeen) ? lastSeen : (await inbox.find({ all: true }))[0]?.id;
  let reading = Promise.resolve();

  async function catchUp(): Promise<void> {
    const arrived = await inbox.find({ after: latest, all: true });
    for (const message of arrived.reverse()) {
      stream.write(toEvent(message));
      known.set(message.messageId, stateText(message));
    }
    latest = arrived.at(-1)?.id ?? latest;
  }

  async function tellStates(): Promise<void> {
    for (const state of await inbox.findStates()) {
      const text = stateText(state);
      // One that is not known has just arrived, and is told of as a message.
      if (!known.has(state.messageId) || known.get(state.messageId) === text) continue;
      known.set(state.messageId, text);
      stream.write(`event: state\ndata: ${text}\n\n`);
    }
  }

  stream.write(': hello\n\n');
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs);
  const read = (look: () => Promise<void>) => (): void => {
    // What cannot be read now is read with the next one.
    reading = reading.then(look).catch(() => undefined);
  };
  const states = setInterval(read(tellStates), statusIntervalMs);
  const unsubscribe = feed.subscribe(read(catchUp));
  // What arrived between the look above and the subscription was told to nobody.
  read(catchUp)();
  const stop = (): void => {
    clearInterval(heartbeat);
    clearInterval(states);
    unsubscribe();
  };
  stream.once('finish', stop);
  return stop;
}

function stateText({ messageId, status, attempts, failure }: InboxState): string {
  return JSON.stringify({ messageId, status, attempts, failure });
}

function toEvent(message: InboxMessage): string {
  return `id: ${message.id}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;
}
