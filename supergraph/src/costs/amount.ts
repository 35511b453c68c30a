/** Variables of an operation, coerced. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known when an operation is compiled, or depends on its variables. */
export type Amount = number | ((variables: Variables) => number);

/** What an amount comes to. */
function resolve(amount: Amount, variables: Variables): number {
  return typeof amount === 'number' ? amount : amount(variables);
}

/** The sum of amounts; all that is known is added up once. */
export function sum(amounts: readonly Amount[]): Amount {
  let known = 0;
  const unknown: ((variables: Variables) => number)[] = [];
  for (const amount of amounts) {
    if (typeof amount === 'number') known += amount;
    else unknown.push(amount);
  }
  const [only] = unknown;
  if (!only) return known;
  if (unknown.length === 1) return known === 0 ? only : (variables) => known + only(variables);
  return (variables) => {
    let total = known;
    for (const amount of unknown) total += amount(variables);
    return total;
  };
}

/** The product of two amounts. Nothing times what has no end is nothing. */
export function product(a: Amount, b: Amount): Amount {
  if (typeof a === 'number' && typeof b === 'number') return times(a, b);
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  return (variables) => times(resolve(a, variables), resolve(b, variables));
}

function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}
