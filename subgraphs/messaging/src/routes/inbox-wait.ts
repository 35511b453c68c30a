import type { InboxFeed, InboxMessage } from '../domain/developer-inbox.ts';

/**
 * What is there; or what comes first within `waitMs`, and nothing where nothing does. It looks again whenever the feed
 * tells of an arrival, and answers at once when the signal comes: the asker has gone, or the service stops.
 */
export async function awaitMessages(
  find: () => Promise<InboxMessage[]>,
  feed: InboxFeed,
  waitMs: number,
  signal: AbortSignal,
): Promise<InboxMessage[]> {
  if (waitMs === 0) return find();
  const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  let wake: () => void = () => undefined;
  let told = true;
  // Before the first look, so that nothing arrives unseen between the look and the waiting.
  const unsubscribe = feed.subscribe(() => {
    told = true;
    wake();
  });
  const onOver = (): void => wake();
  over.addEventListener('abort', onOver);
  try {
    while (true) {
      told = false;
      const messages = await find();
      if (messages.length > 0 || over.aborted) return messages;
      if (told) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    unsubscribe();
    over.removeEventListener('abort', onOver);
  }
}
