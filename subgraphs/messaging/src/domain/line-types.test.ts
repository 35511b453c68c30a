import { expect, test } from '@jest/globals';
import { type NumberingPlan, readNumberingPlans, sample } from '../testing/numbering-plans.ts';
import { createRandom } from '../testing/random.ts';
import { judgePhoneNumber } from './judge-phone-number.ts';
import { createPhonePolicy, lineTypes, type PhoneRule } from './phone-policy.ts';
import { createRecipientHash } from './recipient-hash.ts';
import { noTestNumbers } from './test-numbers.ts';

const seed = Number(process.env.PHONE_SEED ?? 20_261_124);
const samplesOfALine = 4;

/** Kinds that are no pattern of their own in the metadata. */
const derived: string[] = ['FIXED_LINE_OR_MOBILE', 'UNKNOWN'];

const plans = readNumberingPlans();
const recipientHash = createRecipientHash(Buffer.alloc(32, 7));
const policyOf = (rules: PhoneRule[]) =>
  createPhonePolicy({ rules, deniedNumbers: new Set(), recipientHash, testNumbers: noTestNumbers });
const networks = plans.filter(({ country }) => country === null);
const everything = policyOf([
  ...lineTypes.map((value): PhoneRule => ({ kind: 'TYPE', value, effect: 'ALLOW' })),
  ...networks.map(({ callingCode }): PhoneRule => ({ kind: 'PREFIX', value: `+${callingCode}`, effect: 'ALLOW' })),
]);

/** The kinds that a plan's patterns allow a number; more than one where they overlap. */
function kindsOf({ lines, fixedIsMobile, general }: NumberingPlan, national: string): string[] {
  if (!general.test(national)) return [];
  const found = new Set(lines.filter(({ pattern }) => pattern.test(national)).map(({ type }) => type));
  if (!found.has('FIXED_LINE') || !(fixedIsMobile || found.has('MOBILE'))) return [...found];
  return [...found].filter((type) => type !== 'FIXED_LINE' && type !== 'MOBILE').concat('FIXED_LINE_OR_MOBILE');
}

/** Whether a number is also one of the plan when what looks like a national prefix is taken off: it may be read so. */
function isAmbiguous({ nationalPrefix, general }: NumberingPlan, national: string): boolean {
  const rest = nationalPrefix && national.replace(nationalPrefix, '');
  return rest !== undefined && rest !== national && general.test(rest);
}

test('every kind of line of every plan is classed as the metadata says', () => {
  const random = createRandom(seed);
  const counts = new Map<string, number>();
  const wrong: unknown[] = [];
  let passed = 0;
  let elsewhere = 0;
  let ambiguous = 0;
  for (const plan of plans) {
    for (const { type, source } of plan.lines) {
      for (let n = 0; n < samplesOfALine; n++) {
        const national = sample(source, random);
        const phoneNumber = `+${plan.callingCode}${national}`;
        // The pattern of a line may reach beyond the lengths that the plan has.
        if (kindsOf(plan, national).length === 0) continue;
        if (isAmbiguous(plan, national)) {
          ambiguous++;
          continue;
        }
        const judged = judgePhoneNumber({ phoneNumber }, everything);
        const own = judged.country === plan.country;
        const its = own ? plan : plans.find(({ country }) => country === judged.country);
        const kinds = its ? kindsOf(its, national) : [];
        const right =
          judged.valid &&
          judged.phoneNumber === phoneNumber &&
          its?.callingCode === plan.callingCode &&
          (own || plan.sharedBy > 1) &&
          kinds.includes(judged.type ?? '');
        if (!right) wrong.push([plan.country ?? plan.callingCode, type, phoneNumber, kinds, judged]);
        passed++;
        if (!own) elsewhere++;
        counts.set(type, (counts.get(type) ?? 0) + 1);
      }
    }
  }
  process.stdout.write(
    `numbers of every kind of line, seed ${seed}: ${passed}, ${elsewhere} of them of a country that shares the code, ${ambiguous} passed over as ambiguous; ` +
      `${JSON.stringify(Object.fromEntries(counts))}\n`,
  );
  expect(wrong).toEqual([]);
  expect([...counts.keys()].sort()).toEqual(lineTypes.filter((type) => !derived.includes(type)).toSorted());
  expect(passed).toBeGreaterThan(4_000);
  expect(ambiguous).toBeLessThan(passed / 20);
});
