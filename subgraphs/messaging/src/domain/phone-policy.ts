import type { PhoneNumberType } from './judge-phone-number.ts';
import type { RecipientHash } from './recipient-hash.ts';
import type { TestNumbers } from './test-numbers.ts';

/** The kinds of line that rules are about; UNKNOWN is a valid number's whose plan does not tell. */
export const lineTypes = [
  'MOBILE',
  'FIXED_LINE',
  'FIXED_LINE_OR_MOBILE',
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
  'UNKNOWN',
] as const satisfies (PhoneNumberType | 'UNKNOWN')[];

/** What a rule is about. */
export type PhoneRuleKind = 'COUNTRY' | 'PREFIX' | 'TYPE';

/** One line of the policy. */
export interface PhoneRule {
  readonly kind: PhoneRuleKind;
  /** ISO 3166-1 alpha-2, or `*` for any other country; the beginning of numbers in E.164, `+4470`; a kind of line. */
  readonly value: string;
  readonly effect: 'ALLOW' | 'DENY';
}

/** A number whose form is right. */
export interface PlacedNumber {
  /** E.164. */
  readonly phoneNumber: string;
  /** 44 of +44 7400 123456. */
  readonly callingCode: string;
  /** Null for the networks that belong to no country. */
  readonly country: string | null;
  readonly type: PhoneNumberType | null;
}

/** Whether a number is served, and what decided it. */
export interface PolicyVerdict {
  readonly rejection: 'PHONE_NUMBER_BLOCKED' | 'PHONE_NUMBER_TYPE_NOT_ALLOWED' | null;
  readonly decidedBy: PhoneRule | 'denied number' | 'no rule';
}

/** Which numbers are served. */
export interface PhonePolicy {
  decide(number: PlacedNumber): PolicyVerdict;
  readonly testNumbers: TestNumbers;
}

const anyCountry = '*';

/**
 * Makes the policy of a table's content. A denied number is refused whatever the rules say. Then the place decides, and
 * the rule about it that says most: a prefix longer than the calling code before the country, the country before a
 * prefix that is no longer than its calling code (+44 is Jersey's as well), and `*` last. What no rule places is served,
 * but for the networks that belong to no country, where a message costs dollars. Last, the kind of line must be allowed.
 */
export function createPhonePolicy(content: {
  rules: readonly PhoneRule[];
  /** By their keyed hash in base64. */
  deniedNumbers: ReadonlySet<string>;
  recipientHash: RecipientHash;
  testNumbers: TestNumbers;
}): PhonePolicy {
  const { deniedNumbers, recipientHash, testNumbers } = content;
  const rules = new Map(content.rules.map((rule) => [`${rule.kind} ${rule.value}`, rule]));
  const find = (kind: PhoneRuleKind, value: string) => rules.get(`${kind} ${value}`);

  function findPrefix(phoneNumber: string): PhoneRule | undefined {
    for (let length = phoneNumber.length; length >= 2; length--) {
      const rule = find('PREFIX', phoneNumber.slice(0, length));
      if (rule) return rule;
    }
    return undefined;
  }

  function findPlace({ phoneNumber, callingCode, country }: PlacedNumber): PhoneRule | undefined {
    const prefix = findPrefix(phoneNumber);
    if (country === null || (prefix && prefix.value.length > callingCode.length + 1)) return prefix;
    return find('COUNTRY', country) ?? prefix ?? find('COUNTRY', anyCountry);
  }

  return {
    testNumbers,
    decide(number) {
      const { phoneNumber, country, type } = number;
      if (deniedNumbers.size > 0 && deniedNumbers.has(recipientHash(phoneNumber).toString('base64'))) {
        return { rejection: 'PHONE_NUMBER_BLOCKED', decidedBy: 'denied number' };
      }
      const place = findPlace(number);
      if (place?.effect === 'DENY') return { rejection: 'PHONE_NUMBER_BLOCKED', decidedBy: place };
      if (country === null && !place) return { rejection: 'PHONE_NUMBER_TYPE_NOT_ALLOWED', decidedBy: 'no rule' };
      const kind = find('TYPE', type ?? 'UNKNOWN');
      if (kind?.effect !== 'ALLOW') {
        return { rejection: 'PHONE_NUMBER_TYPE_NOT_ALLOWED', decidedBy: kind ?? 'no rule' };
      }
      return { rejection: null, decidedBy: place ?? kind };
    },
  };
}
