import { type Caller, isId, type KeyedHash } from '@atrium/service-kit';
import { chooseRecipient } from './choose-recipient.ts';
import { composeMessage } from './compose-message.ts';
import { fitVariables } from './fit-variables.ts';
import { claimKey } from './idempotency-claim.ts';
import { judgeRecipients } from './judge-recipients.ts';
import type { Message, MessageChannel } from './message.ts';
import type { PhonePolicy } from './phone-policy.ts';
import { phoneRejectionSentences } from './phone-rejection.ts';
import { mustSendMessages } from './policy.ts';
import type { MessageStore, QueueOutcome, TemplateStore } from './ports.ts';
import { readLocale, readVariables } from './read-send-input.ts';
import { renderMessage } from './render-message.ts';
import type { Sealer } from './seal.ts';
import { measureSms } from './sms-segments.ts';
import type { Recipient, Suppressions } from './suppressions.ts';
import { chooseTemplate, customaryLocale, isOperation, type MessageTemplate } from './template.ts';
import type { Contact } from './user.ts';
import { InputRefused, refused, type UserError } from './user-error.ts';

/** What a client asks to be sent. */
export interface SendMessage {
  readonly userId: string;
  readonly operation: string;
  readonly phoneNumber?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly channel?: MessageChannel | null | undefined;
  readonly locale?: string | null | undefined;
  readonly variables?: unknown;
  readonly idempotencyKey?: string | null | undefined;
}

/** The queued message, or what to mend. */
export interface SendOutcome {
  readonly message: Message | null;
  readonly userErrors: UserError[];
}

/** Who asks, and how the person is looked up. */
export interface Sender {
  readonly caller: Caller;
  readonly findContact: (userId: string) => Promise<Contact | null>;
}

/** Makes the action that queues one message from a template for one user. */
export function createSendMessage(parts: {
  messages: MessageStore;
  templates: TemplateStore;
  sealer: Sealer;
  policy: PhonePolicy;
  suppressions: Suppressions;
  keyedHash: KeyedHash;
  /** What to write in where there is no text in the reader's language. */
  defaultLocale: string;
  smsMaxSegments: number;
}) {
  const { messages, sealer, policy, defaultLocale, smsMaxSegments } = parts;

  async function send(sender: Sender, input: SendMessage): Promise<Message> {
    const { clientId, maySendToAnyone } = mustSendMessages(sender.caller);
    const claim = claimKey(parts.keyedHash, clientId, input.idempotencyKey, () => ['sendMessage', textOf(input)]);
    const repeated = claim && (await messages.findRepeated(claim));
    if (repeated) return messageOf(repeated);

    const templates = await findTemplates(input.operation);
    const asked = { locale: readLocale(input.locale), variables: readVariables(input.variables) };
    const contact = isId(input.userId) ? await sender.findContact(input.userId.toLowerCase()) : null;
    if (!contact) throw noSuchUser();
    const { channel, to } = chooseRecipient(input, contact, { policy, maySendToAnyone });
    const locale = asked.locale ?? contact.locale ?? customaryLocale(contact.country);
    const template = chooseTemplate(templates, { operation: input.operation, channel, locale, defaultLocale });
    if (!template) throw refused('TEMPLATE_UNKNOWN', 'operation', `This operation has no ${channel} template.`);
    const values = fitVariables(template, { name: contact.name }, asked.variables);
    await mustTakeMessages({ channel, to }, input, parts);
    if (channel === 'SMS') mustFitSms(renderMessage(template, values).body, smsMaxSegments);
    const message = composeMessage(sealer, { template, userId: contact.userId, to, values, clientId });
    return messageOf(await messages.queueMessage(message, claim));
  }

  async function findTemplates(operation: string): Promise<readonly MessageTemplate[]> {
    if (operation.trim() === '') throw refused('REQUIRED', 'operation', 'Name an operation, such as WELCOME.');
    const templates = isOperation(operation) ? await parts.templates.findTemplates(operation) : [];
    if (templates.length === 0)
      throw refused('TEMPLATE_UNKNOWN', 'operation', 'There is no template for this operation.');
    if (templates.some(({ carriesCode }) => carriesCode)) {
      throw refused(
        'OPERATION_CARRIES_CODE',
        'operation',
        'Messages that carry a one-time code are sent by Atrium itself only.',
      );
    }
    return templates;
  }

  return async (sender: Sender, input: SendMessage): Promise<SendOutcome> => {
    try {
      return { message: await send(sender, input), userErrors: [] };
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return { message: null, userErrors: error.userErrors };
    }
  };
}

/**
 * Throws where the recipient is not served or takes no messages. A user's own number is judged as well: it may have been
 * denied since it was verified.
 */
async function mustTakeMessages(
  { channel, to }: Recipient,
  { phoneNumber, email }: SendMessage,
  rules: { policy: PhonePolicy; suppressions: Suppressions },
): Promise<void> {
  const field = phoneNumber != null ? 'phoneNumber' : email != null ? 'email' : 'userId';
  if (channel === 'SMS') {
    const [judged] = await judgeRecipients([{ phoneNumber: to }], rules);
    if (judged?.rejection) throw refused(judged.rejection, field, phoneRejectionSentences[judged.rejection]);
    return;
  }
  const [suppressed] = await rules.suppressions.isSuppressed([{ channel, to }]);
  if (suppressed) {
    throw refused(
      'RECIPIENT_SUPPRESSED',
      field,
      'This address does not take our messages: they came back, or its owner asked for no more. Give another.',
    );
  }
}

function mustFitSms(body: string, smsMaxSegments: number): void {
  const { segments } = measureSms(body);
  if (segments <= smsMaxSegments) return;
  const problem = `With these values the SMS takes ${segments} segments, and at most ${smsMaxSegments} are sent.`;
  throw refused('TOO_LONG', 'variables', `${problem} Give shorter ones.`);
}

function noSuchUser(): InputRefused {
  return refused('NOT_FOUND', 'userId', 'There is no such user.');
}

function messageOf(outcome: QueueOutcome): Message {
  if (outcome.kind === 'gone') throw noSuchUser();
  if (outcome.kind === 'conflict') {
    throw refused('IDEMPOTENCY_CONFLICT', 'idempotencyKey', 'This key was used with another input. Use a new key.');
  }
  return outcome.message;
}

/** All that is asked for. */
function textOf({ userId, operation, phoneNumber, email, channel, locale, variables }: SendMessage): string {
  return canonicalJson([userId, operation, phoneNumber, email, channel, locale, variables]);
}

/** JSON whose members stand in one order, so that equal inputs are equal texts; absent and null are the same. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_, member) =>
    member && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : (member ?? null),
  );
}
