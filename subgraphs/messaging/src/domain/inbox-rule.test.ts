import { expect, test } from '@jest/globals';
import { type InboxRule, ruleFor } from './inbox-rule.ts';

const rule = (to: string, changes: Partial<InboxRule> = {}): InboxRule => ({
  to,
  action: 'FAIL',
  times: null,
  delayMs: null,
  ...changes,
});

test.each([
  ['*@bounce.test', 'asha@bounce.test', true],
  ['*@bounce.test', 'ASHA@Bounce.Test', true],
  ['*@bounce.test', 'asha@bounce.test.example', false],
  ['+1555*', '+15550001111', true],
  ['+1555*', '+4915550001', false],
  ['+919876543210', '+919876543210', true],
  ['+919876543210', '+9198765432100', false],
  ['*', 'anybody@example.com', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'acb', false],
  ['ab*ba', 'aba', false],
  ['a.b*', 'axb1', false],
  [`${'*a'.repeat(100)}b`, 'a'.repeat(5_000), false],
])('%s and %s: %s', (pattern, recipient, expected) => {
  expect(ruleFor([rule(pattern)], recipient) !== undefined).toBe(expected);
});

test('the rule that says most of the recipient counts, whatever their order, and a used-up one does not', () => {
  const rules = [rule('*'), rule('*@example.com'), rule('asha@example.com'), rule('asha@example.com*')];
  for (const order of [rules, rules.toReversed()]) {
    expect(ruleFor(order, 'asha@example.com')?.to).toBe('asha@example.com');
    expect(ruleFor(order, 'ravi@example.com')?.to).toBe('*@example.com');
    expect(ruleFor(order, '+15550001111')?.to).toBe('*');
  }
  expect(ruleFor([rule('*'), rule('+1555*', { times: 0 })], '+15550001111')?.to).toBe('*');
});
