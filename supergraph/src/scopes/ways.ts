import type { Requirement } from './requirements.ts';

/** More ways than this are not followed up: the shortest are kept. */
const mostWays = 1_000;

/** The sets of scopes any one of which meets all of these requirements, the shortest first, none of them holding another. */
export function waysToMeet(requirements: readonly Requirement[]): string[][] {
  let ways: string[][] = [[]];
  for (const requirement of requirements) {
    ways = leanest(ways.flatMap((way) => requirement.map((set) => [...new Set([...way, ...set])].sort())));
  }
  return ways;
}

function leanest(ways: readonly string[][]): string[][] {
  const kept: string[][] = [];
  for (const way of ways.toSorted((a, b) => a.length - b.length)) {
    if (kept.length === mostWays) break;
    if (!kept.some((shorter) => shorter.every((scope) => way.includes(scope)))) kept.push(way);
  }
  return kept;
}
