import type { LintedElement } from './element.ts';

/** What rules know of the schema that an element stands in. */
export interface LintContext {
  /** The names of its entities: types with a `@key`. */
  entities: ReadonlySet<string>;
  /** Names of types by kind: object, enum and so on. */
  objects: ReadonlySet<string>;
  /** The type that queries begin at, and that of mutations. */
  roots: { query: string; mutation: string };
  /** The element of a coordinate. */
  find(coordinate: string): LintedElement | undefined;
  /** Whether an element has a directive, by the name that federation or GraphQL gives it: `key`. */
  has(element: LintedElement, directive: string): boolean;
  /** The arguments of each use of a directive on an element; of `key` there may be several. */
  uses(element: LintedElement, directive: string): Record<string, unknown>[];
  /** Whether only services see an element: it or what it stands in is `@inaccessible`. */
  isInternal(element: LintedElement): boolean;
  /** Today, `2026-11-24`. */
  today: string;
}

/** A rule on schemas. */
export interface LintRule {
  /** What switches and reports name it by. */
  id: string;
  /** Why there is such a rule, for people who have to mend something. */
  why: string;
  /** Whether it also holds for what only services see. */
  internalToo?: true;
  /** What is wrong with an element, in a sentence; undefined where nothing is. */
  judge(element: LintedElement, context: LintContext): string | undefined;
}
