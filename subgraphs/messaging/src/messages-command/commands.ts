import { type CommandAnswer, CommandFault } from '@atrium/service-kit/command-line';
import type { UndeliveredStore } from '../domain/undelivered.ts';
import { toFailedTable, toSheet } from './tables.ts';

/** Shows messages that failed: those that nobody sent, or those that somebody may have. */
export async function list(
  store: UndeliveredStore,
  { doubtful, operation, limit }: { doubtful: boolean; operation?: string; limit: number },
): Promise<CommandAnswer> {
  const found = await store.list({ doubtful, operation }, limit);
  const none = doubtful ? 'No message is in doubt.' : 'No message has failed.';
  return { json: found, text: found.length === 0 ? none : toFailedTable(found) };
}

/** Shows one message, whatever its status. */
export async function show(store: UndeliveredStore, id: string): Promise<CommandAnswer> {
  const found = await store.find(id);
  if (!found) throw new CommandFault('There is no such message.');
  return { json: found, text: toSheet(found) };
}

/** Queues failed messages again. */
export async function replay(
  store: UndeliveredStore,
  ids: readonly string[],
  { all, doubtful, operation }: { all?: true; doubtful?: true; operation?: string },
): Promise<CommandAnswer> {
  if (all ? ids.length > 0 : ids.length === 0) {
    throw new CommandFault('Give the ids of the messages to replay, or --all. See messages failed.');
  }
  const filter = { operation, ids: all ? undefined : ids };
  const replayed = await store.replay({ ...filter, doubtful: doubtful ? undefined : false });
  if (replayed.length === 0 && !all) throw new CommandFault(await whyNone(store, ids));
  const count = replayed.length === 1 ? '1 message is' : `${replayed.length} messages are`;
  return { json: replayed.map((id) => ({ id })), text: `${count} queued again.` };
}

async function whyNone(store: UndeliveredStore, ids: readonly string[]): Promise<string> {
  const failed = await store.list({ ids }, ids.length);
  if (failed.length === 0) return 'There is no such failed message. See messages failed.';
  if (failed.some(({ replayable }) => replayable)) {
    return 'The provider may have sent it, so that it may arrive twice. Add --doubtful to send it all the same.';
  }
  return 'Its text is gone: it carried a code, or failed too long ago. It cannot be sent again.';
}
