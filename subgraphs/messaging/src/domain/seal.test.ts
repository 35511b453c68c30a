import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createSealer } from './seal.ts';

const content = { to: '+919876543210', subject: null, body: '482915 is your Atrium code.', html: null, code: '482915' };
const sealer = createSealer(randomBytes(32));

test('a sealed message shows nothing of its content and opens to it again', () => {
  const sealed = sealer.seal('a', content);
  expect(sealed.includes('482915')).toBe(false);
  expect(sealed.includes('9876543210')).toBe(false);
  expect(sealer.open('a', sealed)).toEqual(content);
});

test('a seal that was moved, changed or made with another key does not open', () => {
  const sealed = sealer.seal('a', content);
  expect(() => sealer.open('b', sealed)).toThrow();
  expect(() => createSealer(randomBytes(32)).open('a', sealed)).toThrow();
  const changed = Buffer.from(sealed);
  changed[40] = (changed[40] ?? 0) ^ 1;
  expect(() => sealer.open('a', changed)).toThrow();
});

test('the same content is never sealed to the same bytes', () => {
  expect(sealer.seal('a', content)).not.toEqual(sealer.seal('a', content));
});
