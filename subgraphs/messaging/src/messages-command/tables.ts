import { alignColumns } from '@atrium/service-kit/text-table';
import type { FailedMessage, ShownMessage } from '../domain/undelivered.ts';
import { toSecond } from '../operator-command.ts';

/** Failed messages as a table for people: one line a message. */
export function toFailedTable(messages: readonly FailedMessage[]): string {
  return alignColumns([
    ['ID', 'FAILED', 'OPERATION', 'CHANNEL', 'RECIPIENT', 'PROVIDER', 'TRIES', 'REPLAY', 'WHY'],
    ...messages.map((message) => [
      message.id,
      message.failedAt ? toSecond(message.failedAt) : '-',
      message.operation,
      message.channel,
      message.recipient,
      message.provider ?? '-',
      String(message.attempts),
      message.replayable ? 'yes' : 'no',
      message.failure ?? '-',
    ]),
  ]);
}

/** One message as a sheet for people: one line for what is known of it. */
export function toSheet(message: ShownMessage): string {
  const lines: [string, string | null][] = [
    ['id', message.id],
    ['user', message.userId],
    ['operation', message.operation],
    ['channel', message.channel],
    ['recipient', message.recipient],
    ['locale', message.locale],
    ['urgent', message.urgent ? 'yes' : 'no'],
    ['status', message.doubtful ? `${message.status}, doubtful` : message.status],
    ['failure', message.failure],
    ['replayable', message.replayable ? 'yes' : 'no'],
    ['tries', String(message.attempts)],
    ['provider', message.provider],
    ["provider's id", message.providerMessageId],
    ['created', toSecond(message.createdAt)],
    ['taken on', message.sendingSince && `${toSecond(message.sendingSince)} by ${message.sendingBy}`],
    ['next look', message.nextLookAt && toSecond(message.nextLookAt)],
    ['sent', message.sentAt && toSecond(message.sentAt)],
    ['delivered', message.deliveredAt && toSecond(message.deliveredAt)],
    ['failed', message.failedAt && toSecond(message.failedAt)],
  ];
  return alignColumns(lines.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
