import { createHash } from 'node:crypto';
import { faker } from '@faker-js/faker';
import { getCountryCallingCode, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { type Community, communities, type Sex } from '../communities.ts';

/** A user as Profile's table holds them. */
export interface Registration {
  id: string;
  name: string;
  phoneNumber: string;
  email: string | null;
  country: string;
  location: string;
  locale: string;
  status: 'PENDING' | 'CODE_SENT' | 'VERIFIED' | 'FAILED';
  createdAt: Date;
}

const firstDay = Date.UTC(2025, 0, 1);
const everyMs = 60_000;

/** How common each community is: the first one most, the next half as much, the third a third. */
const weighted = communities.map((value, rank) => ({ value, weight: 1 / (rank + 1) }));
const statuses = [
  { value: 'VERIFIED', weight: 800 },
  { value: 'CODE_SENT', weight: 150 },
  { value: 'PENDING', weight: 40 },
  { value: 'FAILED', weight: 10 },
] as const;

/**
 * The first `count` users of a seed, one a minute from the first of January 2025 on. The same seed gives the same ones,
 * with the same ids.
 */
export function* registrations(count: number, seed: number): Generator<Registration> {
  const numbers = new Map<string, () => string>();
  faker.seed(seed);
  for (const [place, community] of communities.entries()) community.faker.seed([seed, place]);
  for (let index = 0; index < count; index += 1) {
    const community = faker.helpers.weightedArrayElement(weighted);
    const nextNumber = numbers.get(community.country) ?? numbersOf(community);
    numbers.set(community.country, nextNumber);
    yield {
      ...person(community),
      id: idOf(seed, index),
      phoneNumber: nextNumber(),
      email: faker.datatype.boolean(0.6) ? `user${index}@example.com` : null,
      status: faker.helpers.weightedArrayElement([...statuses]),
      createdAt: new Date(firstDay + index * everyMs),
    };
  }
}

function person({ faker, nameOf, cities, country, locale }: Community) {
  return {
    name: nameOf(faker, faker.person.sexType() as Sex),
    location: faker.helpers.arrayElement(cities),
    country,
    locale,
  };
}

/** Numbers in the range of a country's mobiles, one after the other. */
function numbersOf({ country }: Community): () => string {
  const national = getExampleNumber(country, examples)?.nationalNumber ?? '';
  const prefix = `+${getCountryCallingCode(country)}${national.slice(0, 3)}`;
  let next = 0;
  return () => `${prefix}${String(next++).padStart(national.length - 3, '0')}`;
}

/** A UUIDv7 of the time of creation; what is random in one comes from the seed. */
function idOf(seed: number, index: number): string {
  const time = (firstDay + index * everyMs).toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(`${seed}:${index}`).digest('hex');
  return [time.slice(0, 8), time.slice(8), `7${hash.slice(0, 3)}`, `8${hash.slice(3, 6)}`, hash.slice(6, 18)].join('-');
}
