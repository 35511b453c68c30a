import { newId } from '@atrium/service-kit';
import { countryOf } from './country-of.ts';
import { maskRecipient } from './mask-recipient.ts';
import type { NewMessage } from './message.ts';
import { renderMessage, type TemplateValues } from './render-message.ts';
import type { Sealer } from './seal.ts';
import type { MessageTemplate } from './template.ts';

/** What the record of a message can hold; the gateway gives no other, and a sister passes on what she was given. */
const clientIdForm = /^[\w.:-]{1,200}$/;

/** A message for one reader. */
interface Addressed {
  readonly template: MessageTemplate;
  readonly userId: string;
  /** E.164 or an e-mail address, as the template's channel asks. */
  readonly to: string;
  readonly clientId: string | null;
}

/** Fills a template for one reader and seals the text: a message that is ready to be queued. */
export function composeMessage(
  sealer: Sealer,
  input: Addressed & {
    readonly values: TemplateValues;
    /** The one-time code among the values. */
    readonly code?: string;
    readonly lifetimeMs?: number;
  },
): NewMessage {
  const { template, to, code } = input;
  const id = newId();
  return {
    id,
    userId: input.userId,
    operation: template.operation,
    channel: template.channel,
    recipient: maskRecipient(to),
    country: template.channel === 'SMS' ? countryOf(to) : null,
    locale: template.locale,
    templateVersion: template.version,
    sealed: sealer.seal(id, { to, ...renderMessage(template, input.values), code: code ?? null }),
    urgent: code !== undefined,
    clientId: input.clientId !== null && clientIdForm.test(input.clientId) ? input.clientId : null,
    lifetimeMs: input.lifetimeMs ?? null,
  };
}

/** The same for a message that carries a one-time code; it tells how long the code lives, and is of no use after that. */
export function composeCode(
  sealer: Sealer,
  input: Addressed & { readonly code: string; readonly lifetimeMs: number },
): NewMessage {
  const minutes = Math.max(1, Math.floor(input.lifetimeMs / 60_000));
  return composeMessage(sealer, { ...input, values: { code: input.code, minutes } });
}
