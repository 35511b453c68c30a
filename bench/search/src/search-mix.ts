import { type Registration, registrations } from '@atrium/stack/seed-direct';

/** One question to the graph, of a kind. */
export interface Question {
  kind: string;
  variables: { search?: string; filter?: object; orderBy?: object };
}

/** How each kind of search is made of a user who is there. */
const kinds: Record<string, (user: Registration, random: () => number) => Question['variables'] | undefined> = {
  'a word of a name': ({ name }, random) => ({ search: pick(wordsOf(name), random) }),
  'the whole name': ({ name }) => ({ search: name }),
  'name and place': ({ name, location }, random) => ({ search: `${pick(wordsOf(name), random)} ${location}` }),
  'a place': ({ location }) => ({ search: location }),
  'no accents, upper case': ({ name }) => ({ search: withoutAccents(name).toUpperCase() }),
  'one typo': ({ name }, random) => typo(long(name, 4), 1, random),
  'one typo, and a place': ({ name, location }, random) => {
    const mistyped = typo(long(name, 4), 1, random);
    return mistyped && { search: `${mistyped.search} ${location}` };
  },
  'two typos in a long word': ({ name }, random) => typo(long(name, 8), 2, random),
  'three letters of a beginning': ({ name }, random) => ({
    search: [...pick(wordsOf(name), random)].slice(0, 3).join(''),
  }),
  'two letters or characters': ({ name }, random) => ({
    search: [...pick(wordsOf(name), random)].slice(0, 2).join(''),
  }),
  'one letter or character': ({ name }) => ({ search: [...name][0] ?? '' }),
  'another script than Latin': ({ name }) => (/\p{Script=Latin}/u.test(name) ? undefined : { search: name }),
  'a part of a Han or Hangul name': ({ name }) =>
    /^[\p{Script=Han}\p{Script=Hangul}]{3,}$/u.test(name) ? { search: [...name].slice(1).join('') } : undefined,
  'a name in a country': ({ name, country }, random) => ({
    search: pick(wordsOf(name), random),
    filter: { country: [country] },
  }),
  'a name, ordered by name': ({ name }, random) => ({
    search: pick(wordsOf(name), random),
    orderBy: { field: 'NAME' },
  }),
  'a name, newest first': ({ name }, random) => ({
    search: pick(wordsOf(name), random),
    orderBy: { field: 'CREATED_AT' },
  }),
  nonsense: (_, random) => ({
    search: Array.from({ length: 7 }, () => 'bcdfghjklmnpqrstvwxz'[Math.floor(random() * 20)]).join(''),
  }),
};

/** Lists without a search. */
const lists: Record<string, (user: Registration) => Question['variables']> = {
  'list: newest first': () => ({}),
  'list: by name': () => ({ orderBy: { field: 'NAME' } }),
  'list: a country': ({ country }) => ({ filter: { country: [country] } }),
  'list: a country by name': ({ country }) => ({ filter: { country: [country] }, orderBy: { field: 'NAME' } }),
  'list: a status': ({ status }) => ({ filter: { phoneVerificationStatus: [status] } }),
  'list: a day': ({ createdAt }) => ({
    filter: { createdAfter: createdAt, createdBefore: new Date(createdAt.getTime() + 86_400_000) },
  }),
};

/** So many questions of each kind, made of users who are spread over all that were loaded, in a random order. */
export function makeQuestions(loaded: { count: number; seed: number }, each: number, random: () => number): Question[] {
  const makers = Object.entries({ ...kinds, ...lists });
  const made = new Map<string, number>();
  const questions: Question[] = [];
  for (const user of registrations(loaded.count, loaded.seed)) {
    if (random() > (40 * each) / loaded.count) continue;
    for (const [kind, make] of makers) {
      if ((made.get(kind) ?? 0) >= each) continue;
      const variables = make(user, random);
      if (!variables) continue;
      made.set(kind, (made.get(kind) ?? 0) + 1);
      questions.push({ kind, variables });
    }
    if (makers.every(([kind]) => made.get(kind) === each)) break;
  }
  return questions
    .map((question) => ({ question, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ question }) => question);
}

/** The kinds in the order of a table. */
export const kindNames = [...Object.keys(kinds), ...Object.keys(lists)];

/** Whether a kind is a search. */
export function isSearch(kind: string): boolean {
  return kind in kinds;
}

function wordsOf(name: string): string[] {
  return name.split(' ');
}

function long(name: string, least: number): string | undefined {
  return wordsOf(name).find((word) => [...word].length >= least);
}

function withoutAccents(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** The word with a character left out, doubled, replaced, or swapped with its neighbour. */
function typo(word: string | undefined, count: number, random: () => number): { search: string } | undefined {
  if (word === undefined) return undefined;
  const letters = [...word];
  for (let made = 0; made < count; made += 1) {
    const place = Math.floor(random() * (letters.length - 1));
    const [letter = '', next = ''] = letters.slice(place);
    letters.splice(place, 2, ...pick([[next], [letter, letter, next], ['x', next], [next, letter]], random));
  }
  return { search: letters.join('') };
}
