import { type DatabaseListener, listenToDatabase } from '@atrium/service-kit/database-listener';
import type { Logger } from 'pino';

/**
 * Listens for changes of keys, whoever makes them: a trigger on api_keys tells the id of each that changed. What happened
 * while there was no connection is not told: `onGap` is called whenever it stands, the first time too. A connection that
 * is dead without a sign, or goes through a pooler that keeps no sessions, tells nothing: then the short life of what is
 * remembered bounds how old it can be.
 */
export function listenForKeyChanges(options: {
  databaseUrl: string;
  logger: Logger;
  connectTimeoutMs: number;
  onChange: (keyId: string) => void;
  onGap: () => void;
}): DatabaseListener {
  const { onChange, onGap, ...connection } = options;
  return listenToDatabase({
    ...connection,
    channel: 'api_keys',
    applicationName: 'atrium-key-changes',
    onNotification: onChange,
    onListening: onGap,
  });
}
