/** What people, mistakes and attackers put where a value goes. */
const hostileValues: Record<string, unknown> = {
  absent: undefined,
  null: null,
  'an empty text': '',
  blanks: ' \u00a0\t ',
  'a text of 100,000 characters': 'x'.repeat(100_000),
  'a NUL character': '\u0000',
  'a text around a NUL character': '098765\u000043210',
  'control characters': '\u0001\u001b[2J\r\n\u009f',
  'half a surrogate pair': '\ud800',
  'an emoji of many parts': '👩‍👩‍👧‍👦',
  'a text turned round': '\u202eabc',
  'an escape': "'; DROP TABLE users; --",
  'a template': '{{ constructor }}<%= 7 %><script>alert(1)</script>',
  'a path': '../../../../etc/passwd',
  'an id of nothing': '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10',
  'a number': 7,
  'a negative number': -1,
  'a huge number': 1e308,
  'one more than an Int holds': 2_147_483_648,
  'a fraction': 0.5,
  'a truth': true,
  'an object': {},
  'a list': [],
  'a list of nothing': [null],
  'a deep object': { a: { b: { c: [{ d: 1 }] } } },
  'a prototype': JSON.parse('{"__proto__":{"polluted":true}}'),
};

/** Variables that are in order but for one place, for every place and every hostile value. */
export function hostileVariants(good: () => Record<string, unknown>): { what: string; variables: object }[] {
  const pathsOf = (value: object): string[][] =>
    Object.entries(value).flatMap(([key, inner]) => [
      [key],
      ...(isObject(inner) ? pathsOf(inner).map((path) => [key, ...path]) : []),
    ]);
  return pathsOf(good()).flatMap((path) =>
    Object.entries(hostileValues).map(([what, value]) => {
      const variables = structuredClone(good());
      put(variables, path, value);
      return { what: `${path.join('.')}: ${what}`, variables };
    }),
  );
}

/** Lists are walked like objects, with places for names. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function put(target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  const inner = target[key];
  if (rest.length > 0 && isObject(inner)) put(inner, rest, value);
  else target[key] = value;
}
