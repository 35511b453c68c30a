import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import type { User } from '../domain/user.ts';
import { FrequencyCache } from './frequency-cache.ts';
import { userBytes } from './user-bytes.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A text that shares no memory with any other, as the database's driver makes it. */
const fresh = (text: string) => Buffer.from(text).toString();
const time = () => new Date(1_700_000_000_000 + Math.random() * 1_000_000);

interface Kind {
  readonly name: string;
  readonly more: boolean;
}

function makeUser({ name, more }: Kind, index: number): User {
  return {
    id: fresh(randomUUID()),
    name: fresh(`${name} ${index}`),
    phoneNumber: fresh(`+91980000${index}`),
    phoneVerification: {
      status: fresh('CODE_SENT') as 'CODE_SENT',
      codeSentAt: more ? time() : null,
      codeExpiresAt: more ? time() : null,
      verifiedAt: null,
      failure: null,
    },
    pendingPhoneChange: more
      ? { phoneNumber: fresh(`+91970000${index}`), codeSentAt: time(), codeExpiresAt: time() }
      : null,
    email: more ? fresh(`someone.${index}@example.com`) : null,
    country: fresh('IN'),
    location: more ? fresh(`${name}, ${index}`) : null,
    locale: more ? fresh('en-GB') : null,
    createdAt: time(),
    updatedAt: time(),
    version: 1,
    revision: 2,
  };
}

/** Right after the Map has grown (at 16,384), when a place in it is dearest. */
const count = 17_500;

function fill(kind: Kind): FrequencyCache<User> {
  const cache = new FrequencyCache<User>({ maxBytes: 1e9, expectedEntries: 1_000, windowShare: 1, seed: 7 });
  for (let index = 0; index < count; index += 1) {
    const user = makeUser(kind, index);
    cache.set(user.id, user, userBytes(user));
  }
  return cache;
}

test.each<Kind>([
  { name: 'Asha Rao', more: false },
  { name: 'Asha Rao', more: true },
  { name: 'अदिति श्रीनिवासन चट्टोपाध्याय', more: true },
  { name: 'A'.repeat(90), more: true },
])('what is counted for users like %j is what they take of the heap', (kind) => {
  // What else the process lets go of meanwhile counts against it, so the middle of several measurements decides.
  const ratios = Array.from({ length: 5 }, () => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const cache = fill(kind);
    collectGarbage();
    const taken = process.memoryUsage().heapUsed - before;
    expect(cache.size).toBe(count);
    return cache.bytes / taken;
  }).sort((one, other) => one - other);
  expect(ratios[2]).toBeGreaterThan(0.95);
  expect(ratios[2]).toBeLessThan(1.25);
});
