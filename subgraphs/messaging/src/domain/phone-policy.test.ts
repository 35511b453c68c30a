import { describe, expect, test } from '@jest/globals';
import { judgePhoneNumber } from './judge-phone-number.ts';
import { createPhonePolicy, type PhoneRule } from './phone-policy.ts';
import { createRecipientHash } from './recipient-hash.ts';
import { noTestNumbers } from './test-numbers.ts';

const recipientHash = createRecipientHash(Buffer.alloc(32, 7));
const types: PhoneRule[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE', 'UNKNOWN'].map((value) => ({
  kind: 'TYPE',
  value,
  effect: 'ALLOW',
}));

/** Rules as `deny GB`, `allow +4474`, `deny type MOBILE`. */
function rulesOf(...texts: string[]): PhoneRule[] {
  return texts.map((text) => {
    const [, effect = '', type, value = ''] = /^(allow|deny) (type )?(\S+)$/.exec(text) ?? [];
    const kind = type ? 'TYPE' : value.startsWith('+') ? 'PREFIX' : 'COUNTRY';
    return { kind, value, effect: effect.toUpperCase() as 'ALLOW' | 'DENY' };
  });
}

function rejectionOf(phoneNumber: string, rules: readonly string[], denied: readonly string[] = []): string {
  const policy = createPhonePolicy({
    rules: [...types, ...rulesOf(...rules)],
    deniedNumbers: new Set(denied.map((number) => recipientHash(number).toString('base64'))),
    recipientHash,
    testNumbers: noTestNumbers,
  });
  const { valid, rejection } = judgePhoneNumber({ phoneNumber }, policy);
  expect(valid).toBe(rejection === null);
  return rejection?.replace('PHONE_NUMBER_', '') ?? 'served';
}

const british = '+447400123456';
const jersey = '+447797712345';
const indian = '+919876543210';
const satellite = '+881612345678';
const premium = '+19002345678';

describe('the phone policy', () => {
  test.each([
    ['what no rule is about is served', british, [], 'served'],
    ['a denied country is not', british, ['deny GB'], 'BLOCKED'],
    ['nor a country that shares its calling code with it', jersey, ['deny GB'], 'served'],
    ['nor one outside of those that are allowed', indian, ['deny *', 'allow GB'], 'BLOCKED'],
    ['an allowed country is served when all others are denied', british, ['deny *', 'allow GB'], 'served'],
    ['a denied prefix is not', british, ['deny +4474'], 'BLOCKED'],
    ['the longest prefix decides: the denied one', british, ['allow +4474', 'deny +447400'], 'BLOCKED'],
    ['the longest prefix decides: the allowed one', british, ['deny +4474', 'allow +447400'], 'served'],
    ['a prefix longer than the calling code beats a denied country', british, ['deny GB', 'allow +4474'], 'served'],
    ['and an allowed one', british, ['allow GB', 'deny +4474'], 'BLOCKED'],
    ['a prefix as long as the calling code does not', british, ['deny GB', 'allow +44'], 'BLOCKED'],
    ['nor does it beat an allowed country', jersey, ['deny +44', 'allow JE'], 'served'],
    ['but it holds for the other countries of the code', british, ['deny +44', 'allow JE'], 'BLOCKED'],
    ['and it beats what holds for any other country', british, ['deny *', 'allow +44'], 'served'],
    ['one character more than a prefix is no match', british, ['deny +4475'], 'served'],
    ['a kind that no rule is about is not served', premium, [], 'TYPE_NOT_ALLOWED'],
    ['nor is it for an allowed prefix', premium, ['allow +1900'], 'TYPE_NOT_ALLOWED'],
    ['a denied kind is not served', british, ['deny type MOBILE'], 'TYPE_NOT_ALLOWED'],
    ['an allowed kind is', premium, ['allow type PREMIUM_RATE'], 'served'],
    ['a place that is denied is told before the kind', premium, ['deny US'], 'BLOCKED'],
    ['what belongs to no country is not served', satellite, ['allow *'], 'TYPE_NOT_ALLOWED'],
    ['unless its prefix is allowed', satellite, ['allow +8816'], 'served'],
    ['even the whole network', satellite, ['allow +881'], 'served'],
    ['and is blocked where its prefix is denied', satellite, ['deny +881'], 'BLOCKED'],
  ])('%s', (_, phoneNumber, rules, outcome) => {
    expect(rejectionOf(phoneNumber, rules)).toBe(outcome);
  });

  test('a denied number is refused whatever the rules allow, and no other with it', () => {
    const rules = ['allow GB', `allow ${british}`];
    expect(rejectionOf(british, rules, [british, indian])).toBe('BLOCKED');
    expect(rejectionOf(jersey, rules, [british, indian])).toBe('served');
  });

  test('a refused number is told by the same rule as an operator is shown', () => {
    const rules = [...types, ...rulesOf('deny GB', 'deny +4474')];
    const policy = createPhonePolicy({ rules, deniedNumbers: new Set(), recipientHash, testNumbers: noTestNumbers });
    const number = { phoneNumber: british, callingCode: '44', country: 'GB', type: 'MOBILE' } as const;
    expect(policy.decide(number).decidedBy).toEqual({ kind: 'PREFIX', value: '+4474', effect: 'DENY' });
    expect(policy.decide({ ...number, phoneNumber: indian, callingCode: '91', country: 'IN' }).decidedBy).toMatchObject(
      {
        value: 'MOBILE',
      },
    );
  });
});
