import { type CommandAnswer, CommandFault } from '@atrium/service-kit/command-line';
import { alignColumns } from '@atrium/service-kit/text-table';
import { isEmailAddress } from '../domain/choose-recipient.ts';
import { readPhoneNumber } from '../domain/judge-phone-number.ts';
import type { MessageChannel } from '../domain/message.ts';
import type { Recipient, SuppressionReason } from '../domain/suppressions.ts';
import { type OperatorTools, readTyped, shortHash, toSecond } from '../operator-command.ts';
import { createSuppressionStore, listSuppressions } from '../store/suppression-store.ts';

/** Shows entries. */
export async function list(
  { database }: OperatorTools,
  filter: { channel?: MessageChannel; reason?: SuppressionReason; limit: number },
): Promise<CommandAnswer> {
  const found = await listSuppressions(database, filter);
  const entries = found.map(({ recipientHash, ...entry }) => ({ hash: shortHash(recipientHash), ...entry }));
  const table = alignColumns([
    ['RECIPIENT', 'CHANNEL', 'REASON', 'SOURCE', 'SINCE'],
    ...entries.map(({ hash, channel, reason, source, createdAt }) => [
      hash,
      channel,
      reason,
      source,
      toSecond(createdAt),
    ]),
  ]);
  return { json: entries, text: entries.length === 0 ? 'Nobody is on the list.' : table };
}

/** Puts recipients on the list. */
export async function add(
  tools: OperatorTools,
  typed: readonly string[],
  { reason }: { reason: SuppressionReason },
): Promise<CommandAnswer> {
  const recipients = await readRecipients(tools, typed);
  const store = createSuppressionStore(tools.database, tools.recipientHash());
  await store.add(recipients.map((recipient) => ({ ...recipient, reason, source: 'command' })));
  const count = recipients.length === 1 ? '1 recipient is' : `${recipients.length} recipients are`;
  return { json: { suppressed: recipients.length }, text: `${count} not written to any more.` };
}

/** Takes recipients off the list. */
export async function remove(
  tools: OperatorTools,
  typed: readonly string[],
  { reason }: { reason?: SuppressionReason },
): Promise<CommandAnswer> {
  const recipients = await readRecipients(tools, typed);
  const store = createSuppressionStore(tools.database, tools.recipientHash());
  const removed = await store.remove(recipients.map((recipient) => ({ ...recipient, reason })));
  if (removed === 0) throw new CommandFault('No such recipient is on the list. See suppressions list.');
  return { json: { removed }, text: `${removed === 1 ? '1 entry is' : `${removed} entries are`} gone.` };
}

// What was typed is never repeated: a list with a fault on one line may be full of people.
async function readRecipients(tools: OperatorTools, typed: readonly string[]): Promise<Recipient[]> {
  const testNumbers = tools.testNumbers();
  return (await readTyped(typed)).map((to, index) => {
    if (isEmailAddress(to)) return { channel: 'EMAIL', to };
    const read = readPhoneNumber({ phoneNumber: to }, testNumbers);
    if (!('rejection' in read)) return { channel: 'SMS', to: read.phoneNumber };
    throw new CommandFault(
      `Recipient ${index + 1} is neither a phone number in international form nor an e-mail address. Nothing was changed.`,
    );
  });
}
