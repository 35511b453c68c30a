import { nobody } from './input-rows.ts';

/** A document of about 1 KB whose fragments double `times` times. Each `name` makes another one that no cache knows. */
export function doublingFragments(times: number, name = 'F'): string {
  const fragments = Array.from(
    { length: times },
    (_, i) => `fragment ${name}${i} on Query { ...${name}${i + 1} ...${name}${i + 1} }`,
  );
  return `{ ...${name}0 } ${fragments.join(' ')} fragment ${name}${times} on Query { __typename }`;
}

/** A user that is reached from a user, so many times over: each step is two levels deep. */
export function nestedUsers(steps: number, inner = 'id'): string {
  return `{ user(id: "${nobody}") { ${'avatar { owner { '.repeat(steps)} ${inner} ${'} }'.repeat(steps)} } }`;
}

/** A user with three ways to the next, so many times over: in every place there are other fields. */
export function branchingUsers(steps: number): string {
  const way = (i: number) => `owner { ...U${i + 1} }`;
  const fragments = Array.from(
    { length: steps },
    (_, i) => `fragment U${i} on User {
      avatar { ${way(i)} } images(first: 1) { edges { node { ${way(i)} } } }
      messages(first: 1) { edges { node { user { ...U${i + 1} } } } } }`,
  );
  const leaf = 'id name email country location locale createdAt updatedAt version';
  return `{ user(id: "${nobody}") { ...U0 } } ${fragments.join(' ')} fragment U${steps} on User { ${leaf} }`;
}
