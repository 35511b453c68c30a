import { expect, test } from '@jest/globals';
import { createHostCheck } from './host-check.ts';

const hostAllowed = createHostCheck('https://atrium.example:8443');

test.each([
  'localhost',
  'localhost:4000',
  'LOCALHOST:4000',
  '127.0.0.1:80',
  '[::1]:4000',
  'atrium.example',
  'atrium.example:8443',
])('this machine and the public address are allowed: %s', (host) => expect(hostAllowed(host)).toBe(true));

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  'evil.localhost',
  'xlocalhost',
  'evil.example:localhost',
  'localhost.evil.example',
  'evil.localhost',
  'xlocalhost',
  'user@localhost',
  'localhost/x',
  'a b',
])('any other name is refused: %s', (host) => expect(hostAllowed(host)).toBe(false));
