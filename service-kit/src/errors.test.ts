import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeError, errorCodes, PublicError, toPublicBody } from './errors.ts';

test('every code of the closed list is explained in docs/ERRORS.md', () => {
  const page = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8');
  expect(errorCodes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
});

test('what is logged of an error is where it happened, and nothing that it quotes', () => {
  const cause = new Error('Key (phone)=(+919876543210) already exists.');
  const described = JSON.stringify(describeError(new Error('failed for asha@example.com', { cause })));
  expect(described).toMatch(/errors\.test\.ts/);
  expect(described).not.toMatch(/98765|asha/);
});

test('what nobody marked as public leaves as INTERNAL with the request id', () => {
  expect(toPublicBody(new Error('secret'), 'r-1')).toMatchObject({
    extensions: { code: 'INTERNAL', requestId: 'r-1' },
  });
  expect(JSON.stringify(toPublicBody(new Error('secret'), 'r-1'))).not.toContain('secret');
  expect(toPublicBody(new PublicError('TIMEOUT', 'Too slow.', { retryAfterMs: 5 }), 'r-2')).toEqual({
    message: 'Too slow.',
    extensions: { code: 'TIMEOUT', requestId: 'r-2', retryAfterMs: 5 },
  });
});
