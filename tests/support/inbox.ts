import { waitFor } from './wait-for.ts';

/** A message as the developer inbox shows it. */
export interface InboxMessage {
  id: string;
  to: string;
  channel: string;
  operation: string;
  locale: string;
  subject: string | null;
  body: string;
  html: string | null;
  code: string | null;
}

interface Inbox {
  gatewayUrl: string;
}

/** What was sent to a phone number or e-mail address, newest first. */
export async function messagesTo({ gatewayUrl }: Inbox, to: string): Promise<InboxMessage[]> {
  const response = await fetch(`${gatewayUrl}/inbox/messages?to=${encodeURIComponent(to)}`);
  if (response.status !== 200) throw new Error(`The inbox answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { messages: InboxMessage[] }).messages;
}

/** The newest message of an operation to a recipient, as soon as it is there. */
export function messageTo(inbox: Inbox, to: string, operation: string, timeoutMs = 10_000): Promise<InboxMessage> {
  return waitFor(
    `a ${operation} message to ${to}`,
    async () => (await messagesTo(inbox, to)).find((message) => message.operation === operation),
    { timeoutMs },
  );
}

/** The code that was sent to a phone number, as soon as it is there. */
export async function codeTo(inbox: Inbox, to: string, timeoutMs = 10_000): Promise<string> {
  const { code } = await messageTo(inbox, to, 'PHONE_VERIFICATION', timeoutMs);
  if (!code) throw new Error('A PHONE_VERIFICATION message came without a code');
  return code;
}

/** A code of the right form that is not this one. */
export function otherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
