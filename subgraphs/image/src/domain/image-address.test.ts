import { expect, test } from '@jest/globals';
import { createImageAddresses } from './image-address.ts';
import { toVariant } from './variant.ts';

const id = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';
const base = 'https://images.test/images';
const [old, current] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
const queryOf = (address: string) => new URL(address).search.slice(1);

test('an address given out years ago is still the same and still good', () => {
  const addresses = createImageAddresses(base, [old]);
  const address = addresses.addressOf(id, 'original');
  expect(address).toBe(`${base}/${id}?k=M3m4vA&s=3Agnpk9W_tB1fAm2GA1yQW4wxHSYcxluqaFM_1bkEMo`);
  expect(addresses.read(id, queryOf(address))).toBe('original');
  expect(addresses.read(id, 's=3Agnpk9W_tB1fAm2GA1yQW4wxHSYcxluqaFM_1bkEMo')).toBe('original');
});

test('an address says which variant is meant, and is good for that alone', () => {
  const addresses = createImageAddresses(base, [old]);
  const variant = toVariant({ width: 310, height: 320, format: 'WEBP', quality: 75 });
  const query = queryOf(addresses.addressOf(id, variant));
  expect(query).toMatch(/^w=320&h=320&fit=cover&f=webp&q=80&k=M3m4vA&s=[\w-]{43}$/);
  expect(addresses.read(id, query)).toEqual(variant);
  const [, signature] = /(k=.*)$/.exec(query) ?? [];
  const altered = [
    query.replace('w=320', 'w=640'),
    query.replace('w=320', 'w=0320'),
    query.replace('f=webp', 'f=png'),
    query.replace('&q=80', ''),
    query.replace('w=320&h=320', 'h=320&w=320'),
    `${query}&utm=1`,
    `utm=1&${query}`,
    `w=320&${query}`,
    String(signature),
  ];
  for (const wrong of altered) expect([wrong, addresses.read(id, wrong)]).toEqual([wrong, null]);
});

test('a signature is good for its own image, by its own secret, and whole', () => {
  const addresses = createImageAddresses(base, [old]);
  const others = createImageAddresses(base, [current]);
  const query = queryOf(addresses.addressOf(id, 'original'));
  expect(addresses.read('0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b11', query)).toBeNull();
  expect(others.read(id, query)).toBeNull();
  for (const wrong of ['', query.slice(0, -1), `${query}A`, `k=M3m4vA&s=${'é'.repeat(43)}`])
    expect(addresses.read(id, wrong)).toBeNull();
});

test('keys rotate: the first signs, those behind it are still known, and what has left is not', () => {
  const before = queryOf(createImageAddresses(base, [old]).addressOf(id, 'original'));
  const rotating = createImageAddresses(base, [current, old]);
  const after = createImageAddresses(base, [current]);
  const renewed = queryOf(rotating.addressOf(id, 'original'));
  expect([rotating.read(id, before), after.read(id, before)]).toEqual(['original', null]);
  expect([rotating.read(id, renewed), after.read(id, renewed)]).toEqual(['original', 'original']);
  expect(createImageAddresses(base, [old]).read(id, renewed)).toBeNull();
});
