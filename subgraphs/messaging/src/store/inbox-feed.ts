import { parseDatabaseUrl } from '@atrium/service-kit';
import pg from 'pg';
import type { InboxFeed } from '../domain/developer-inbox.ts';
import { inboxChannel } from './developer-inbox.ts';

const reconnectMs = 1_000;

/** Listens on a connection of its own, and anew when it breaks; subscribers are called then too, for they may have missed something. */
export function openInboxFeed(databaseUrl: string): InboxFeed {
  const subscribers = new Set<() => void>();
  let client: pg.Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function tell(): void {
    for (const subscriber of subscribers) subscriber();
  }

  function connectLater(): void {
    client = undefined;
    if (!closed) timer = setTimeout(connect, reconnectMs);
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({ ...parseDatabaseUrl(databaseUrl), application_name: 'atrium-messaging-inbox' });
    let broken = false;
    const onBreak = (): void => {
      if (broken) return;
      broken = true;
      connectLater();
    };
    next.on('error', onBreak);
    next.on('end', onBreak);
    next.on('notification', tell);
    client = next;
    try {
      await next.connect();
      await next.query(`LISTEN ${inboxChannel}`);
      tell();
    } catch {
      await next.end().catch(() => undefined);
      onBreak();
    }
  }

  const connecting = connect();
  return {
    subscribe(onArrival) {
      subscribers.add(onArrival);
      return () => subscribers.delete(onArrival);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
