import { expect, test } from '@jest/globals';
import { maskRecipient } from './mask-recipient.ts';

test.each([
  ['+919876543210', '+91******3210'],
  ['+12015550123', '+1******0123'],
  ['+2908999', '+290**99'],
  ['asha@example.com', 'a***@example.com'],
  ['a@example.com', 'a***@example.com'],
])('%s is shown as %s', (recipient, masked) => {
  expect(maskRecipient(recipient)).toBe(masked);
});
