import { createHash } from 'node:crypto';
import { communities, type Sex } from './communities.ts';
import { mobileNumber } from './mobile-numbers.ts';

/** What createUser is told of a person. */
export interface PersonInput {
  name: string;
  /** As people write it: some internationally, some the national way. */
  phoneNumber: string;
  country: string;
  location: string;
  email: string | null;
  locale: string;
}

/** One believable person, and how far they come in the app. */
export interface Person {
  /** Names the person, so that whatever is done for them once is done for them only once. */
  key: string;
  input: PersonInput;
  /** Their number in E.164. */
  e164: string;
  sex: Sex;
  verifies: boolean;
  hasPicture: boolean;
  /** Gets one more message, by e-mail, besides those that come by themselves. */
  getsMail: boolean;
}

/**
 * The first `count` people of a seed. The same seed gives the same people, and a greater count only more of them.
 * No two share a phone number. Their mail goes to domains that are reserved for examples.
 */
export function makePeople(count: number, seed: number): Person[] {
  const people: Person[] = [];
  const taken = new Set<string>();
  while (people.length < count) people.push(makePerson(people.length, seed, taken));
  return people;
}

function makePerson(index: number, seed: number, taken: Set<string>): Person {
  const community = communities[index % communities.length] as (typeof communities)[number];
  const { faker, country, locale } = community;
  faker.seed([seed, index]);
  const chance = (probability: number) => faker.datatype.boolean(probability);

  const sex = faker.person.sexType() as Sex;
  const name = community.nameOf(faker, sex);
  const location = faker.helpers.arrayElement(community.cities);
  const number = distinct(taken, () => mobileNumber(country, () => faker.number.int(9)));
  const phoneNumber = chance(0.5) ? number.formatInternational() : number.formatNational();
  const email = chance(0.6)
    ? mailAddress(name, faker.helpers.arrayElement(mailWords), faker.number.int({ min: 10, max: 99 }))
    : null;
  const input = { name, phoneNumber, country, location, email, locale };
  return {
    key: `seed-${createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 32)}`,
    input,
    e164: number.number,
    sex,
    verifies: chance(0.8),
    hasPicture: chance(0.88),
    getsMail: email !== null && chance(0.2),
  };
}

function distinct<N extends { number: string }>(taken: Set<string>, make: () => N): N {
  let made = make();
  while (taken.has(made.number)) made = make();
  taken.add(made.number);
  return made;
}

const mailWords =
  'amber breeze cedar coral dawn ember harbour juniper kite lantern maple meadow olive pebble river saffron sparrow tulip willow'.split(
    ' ',
  );

/** From the name where it can be written in ASCII, otherwise from a word that anybody might have picked. */
function mailAddress(name: string, word: string, number: number): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const local = /^[a-z .'-]+$/.test(plain) ? plain.replace(/['-]/g, '').replace(/[ .]+/g, '.') : word;
  return `${local}${number}@example.${['com', 'net', 'org'][number % 3]}`;
}
