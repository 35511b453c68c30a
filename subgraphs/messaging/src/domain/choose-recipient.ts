import { hasControls } from '@atrium/service-kit';
import { judgePhoneNumber } from './judge-phone-number.ts';
import type { MessageChannel } from './message.ts';
import type { PhonePolicy } from './phone-policy.ts';
import { phoneRejectionSentences } from './phone-rejection.ts';
import type { Recipient } from './suppressions.ts';
import type { Contact } from './user.ts';
import { refused } from './user-error.ts';

/** A recipient as the caller names them; without one, the user's own is meant. */
export interface WantedRecipient {
  readonly phoneNumber?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly channel?: MessageChannel | null | undefined;
}

/** Decides where a message for a user goes; throws InputRefused where it can go nowhere, or may not. */
export function chooseRecipient(
  wanted: WantedRecipient,
  contact: Contact,
  rules: { policy: PhonePolicy; maySendToAnyone: boolean },
): Recipient {
  const { phoneNumber, email, channel } = wanted;
  if (phoneNumber != null && email != null) {
    throw refused('EXACTLY_ONE_REQUIRED', 'email', 'Give phoneNumber or email, not both.');
  }
  if ((phoneNumber != null && channel === 'EMAIL') || (email != null && channel === 'SMS')) {
    throw refused('NOT_ALLOWED', 'channel', 'The recipient cannot be reached by this channel. Leave channel out.');
  }
  if (phoneNumber != null) return toPhone(phoneNumber, contact, rules);
  if (email != null) return toAddress(email, contact, rules);
  return toOwn(contact, channel);
}

/** The user's own number, or else their own address; undefined where they have none that the channel reaches. */
export function chooseOwnRecipient(
  { phoneNumber, email }: Contact,
  channel: MessageChannel | null | undefined,
): Recipient | undefined {
  if (channel !== 'EMAIL' && phoneNumber !== null) return { channel: 'SMS', to: phoneNumber };
  if (channel !== 'SMS' && email !== null) return { channel: 'EMAIL', to: email };
  return undefined;
}

function toOwn(contact: Contact, channel: MessageChannel | null | undefined): Recipient {
  const own = chooseOwnRecipient(contact, channel);
  if (own) return own;
  if (channel === 'SMS') throw refused('REQUIRED', 'phoneNumber', 'The user has no phone number. Give one.');
  throw refused('REQUIRED', 'email', 'The user has no e-mail address. Give one.');
}

type Rules = { policy: PhonePolicy; maySendToAnyone: boolean };

function toPhone(typed: string, contact: Contact, { policy, maySendToAnyone }: Rules): Recipient {
  const { phoneNumber: to, rejection } = judgePhoneNumber({ phoneNumber: typed, country: contact.country }, policy);
  if (rejection || to === null) {
    const code = rejection ?? 'PHONE_NUMBER_INVALID';
    throw refused(code, 'phoneNumber', phoneRejectionSentences[code]);
  }
  if (to !== contact.phoneNumber && !maySendToAnyone) throw notTheirOwn('phoneNumber');
  return { channel: 'SMS', to };
}

function toAddress(typed: string, contact: Contact, { maySendToAnyone }: Rules): Recipient {
  const to = typed.trim();
  if (to === '') throw refused('REQUIRED', 'email', 'Give an e-mail address, or leave email out.');
  if (!isEmailAddress(to)) throw refused('EMAIL_INVALID', 'email', 'Give an e-mail address: asha@example.com.');
  if (to.toLowerCase() !== contact.email?.toLowerCase() && !maySendToAnyone) throw notTheirOwn('email');
  return { channel: 'EMAIL', to };
}

/** One address in the form that mail servers take (RFC 5321 bounds): no list, no comment, no display name. */
export function isEmailAddress(text: string): boolean {
  const form =
    /^[^\s@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;
  return text.length <= 254 && !hasControls(text) && form.test(text);
}

function notTheirOwn(field: string) {
  return refused(
    'NOT_ALLOWED',
    field,
    'This is not the user’s own. Leave it out, or use a key with messaging:send-any.',
  );
}
