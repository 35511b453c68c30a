import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createSealer } from './sealed-text.ts';

const key = randomBytes(32);
const sealer = createSealer(key, 'test');

test('what was sealed is opened again, and cannot be read meanwhile', () => {
  for (const text of ['', 'Asha Rao', '王小明 👩‍👩‍👧']) {
    const sealed = sealer.seal(text);
    expect(sealer.open(sealed)).toBe(text);
    if (text) expect(Buffer.from(sealed, 'base64url').includes(text)).toBe(false);
  }
});

test('one text has one seal, and two have two', () => {
  expect(sealer.seal('a')).toBe(sealer.seal('a'));
  expect(sealer.seal('a')).not.toBe(sealer.seal('b'));
});

test('what was changed, cut, or sealed by another key or for another purpose is not opened', () => {
  const sealed = sealer.seal('Asha Rao');
  const bytes = Buffer.from(sealed, 'base64url');
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(sealer.open(changed.toString('base64url'))).toBeUndefined();
  }
  for (const other of ['', 'x', '\u0000', sealed.slice(0, -4), 'x'.repeat(10_000)]) {
    expect(sealer.open(other)).toBeUndefined();
  }
  expect(createSealer(key, 'other').open(sealed)).toBeUndefined();
  expect(createSealer(randomBytes(32), 'test').open(sealed)).toBeUndefined();
});
