import type { SendRefusal } from '../domain/admit-sends.ts';
import type { PlannedSend } from '../domain/send-subjects.ts';
import type { Transaction } from './database.ts';

/**
 * Who asks again for a code that was put off does so in nobody's name. It still counts for the address that it was first
 * asked from, or else a budget by address would only delay the first try.
 */
export async function withAddresses(tx: Transaction, sends: readonly PlannedSend[]): Promise<readonly PlannedSend[]> {
  const unknown = sends.filter(
    ({ comesAgain, subjects }) => comesAgain && subjects.every(({ kind }) => kind !== 'address'),
  );
  if (unknown.length === 0) return sends;
  const rows = await tx.$queryRaw<{ requestId: string; key: string }[]>`
    SELECT request_id::text AS "requestId", address_key AS key FROM postponed_sends
    WHERE request_id = ANY(${unknown.map(({ requestId }) => requestId)}::uuid[])`;
  const keys = new Map(rows.map(({ requestId, key }) => [requestId, key]));
  return sends.map((send) => {
    const key = keys.get(send.requestId);
    return key === undefined ? send : { ...send, subjects: [...send.subjects, { kind: 'address', key }] };
  });
}

/** Remembers from where those were asked for that are put off and come again. */
export async function rememberAddresses(
  tx: Transaction,
  sends: readonly PlannedSend[],
  refused: ReadonlyMap<string, SendRefusal>,
): Promise<void> {
  const known = sends.flatMap(({ requestId, comesAgain, subjects }) => {
    const address = subjects.find(({ kind }) => kind === 'address');
    return comesAgain && address && refused.has(requestId) ? [{ requestId, key: address.key }] : [];
  });
  if (known.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO postponed_sends (request_id, address_key)
    SELECT p."requestId", p.key FROM json_to_recordset(${JSON.stringify(known)}::json) AS p("requestId" uuid, key text)
    ORDER BY p."requestId"
    ON CONFLICT (request_id) DO NOTHING`;
}
