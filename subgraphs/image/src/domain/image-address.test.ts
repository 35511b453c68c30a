import { expect, test } from '@jest/globals';
import { createImageAddresses } from './image-address.ts';

const id = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';

test('an address given out years ago is still the same and still good', () => {
  const addresses = createImageAddresses('https://images.test/images', Buffer.alloc(32, 7));
  const address = addresses.addressOf(id);
  expect(address).toBe(`https://images.test/images/${id}?s=3Agnpk9W_tB1fAm2GA1yQW4wxHSYcxluqaFM_1bkEMo`);
  expect(addresses.isSigned(id, new URL(address).searchParams.get('s') ?? '')).toBe(true);
});

test('a signature is good for its own image, by its own secret, and whole', () => {
  const addresses = createImageAddresses('https://images.test/images', Buffer.alloc(32, 7));
  const others = createImageAddresses('https://images.test/images', Buffer.alloc(32, 8));
  const signature = new URL(addresses.addressOf(id)).searchParams.get('s') ?? '';
  expect(addresses.isSigned('0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b11', signature)).toBe(false);
  expect(others.isSigned(id, signature)).toBe(false);
  for (const wrong of ['', signature.slice(1), `${signature}A`, 'é'.repeat(43)])
    expect(addresses.isSigned(id, wrong)).toBe(false);
});
