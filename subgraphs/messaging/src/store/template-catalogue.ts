import { type DatabaseListener, listenToDatabase } from '@atrium/service-kit/database-listener';
import type { Logger } from 'pino';
import type { TemplateStore } from '../domain/ports.ts';
import type { MessageTemplate } from '../domain/template.ts';

/** What is in memory may be told changed so late at most; past that it is read anew before it is used. */
const maxSilenceMs = 1_000;
const connectTimeoutMs = 2_000;

/** The current templates of a process. */
export interface TemplateCatalogue extends TemplateStore {
  /** What is in memory is old: for who changed the templates and must see it at once. */
  forget(): void;
  close(): Promise<void>;
}

interface Known {
  readonly change: number;
  readonly all: readonly MessageTemplate[];
  readonly byOperation: ReadonlyMap<string, readonly MessageTemplate[]>;
}

/** Grows with every new version, and without one changes with every text that is taken away. */
const revision = `
  SELECT coalesce(sum(last_version), 0)::text || ' ' || coalesce(sum(current_version), 0)::text AS revision
  FROM message_templates`;

/**
 * Keeps the templates that count in memory, so that sending reads nothing. A trigger tells every process of a change at
 * once. What was not told, by a pooler that keeps no sessions or for whatever reason, the heartbeat finds; and without
 * its answer for a second, the templates are read before each use.
 */
export function openTemplateCatalogue(options: {
  read: () => Promise<MessageTemplate[]>;
  databaseUrl: string;
  logger: Logger;
  heartbeatMs: number;
}): TemplateCatalogue {
  const { read, heartbeatMs } = options;
  /** Counts the changes that were told; what was read before the last of them is old. */
  let change = 0;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let confirmed: unknown;
  let known: Known | undefined;
  let reading: { change: number; done: Promise<Known> } | undefined;

  async function readAll(seen: number): Promise<Known> {
    const all = await read();
    const fresh = { change: seen, all, byOperation: Map.groupBy(all, ({ operation }) => operation) };
    if (!known || known.change <= seen) known = fresh;
    return fresh;
  }

  /** Those who ask for the same state of the templates share one read. */
  function readOnce(): Promise<Known> {
    if (reading?.change === change) return reading.done;
    const begun = { change, done: readAll(change) };
    reading = begun;
    const forget = (): void => {
      if (reading === begun) reading = undefined;
    };
    begun.done.then(forget, forget);
    return begun.done;
  }

  function isCurrent({ change: seen }: Known): boolean {
    return seen === change && performance.now() - confirmedAt < maxSilenceMs;
  }

  function changed(): Promise<Known> {
    change += 1;
    return readOnce();
  }

  const listener: DatabaseListener = listenToDatabase({
    databaseUrl: options.databaseUrl,
    logger: options.logger,
    channel: 'message_templates',
    applicationName: 'atrium-messaging-templates',
    connectTimeoutMs,
    // A read that fails here is made again by whoever needs the templates.
    onNotification: () => void changed().catch(() => undefined),
    onListening: () => void changed().catch(() => undefined),
    onLost: () => {
      confirmedAt = Number.NEGATIVE_INFINITY;
    },
    heartbeat: {
      statement: revision,
      everyMs: heartbeatMs,
      timeoutMs: connectTimeoutMs,
      onAnswer(sentAt, row) {
        confirmedAt = sentAt;
        if (row.revision === confirmed) return;
        confirmed = row.revision;
        changed().catch(() => undefined);
      },
    },
  });

  const current = async (): Promise<Known> => (known && isCurrent(known) ? known : readOnce());
  return {
    findTemplates: async (operation) => (await current()).byOperation.get(operation) ?? [],
    findAllTemplates: async () => (await current()).all,
    forget: () => {
      change += 1;
    },
    close: () => listener.close(),
  };
}
