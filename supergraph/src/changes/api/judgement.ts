import type { Change, ChangeType } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import type { Verdict } from '../../findings/finding.ts';
import type { Complaints } from '../../use/complaints.ts';
import type { Use, Uses } from '../../use/uses.ts';

/** What a change of the public schema means to those who use it. */
export interface Judgement {
  rule: string;
  verdict: Verdict;
  subject: string;
  uses: readonly Use[];
  /** What breaks or may surprise, where the change itself does not say so. */
  consequence?: string;
  remedy?: string;
}

/** What judges know besides the change. */
export interface Circumstances {
  before: GraphQLSchema;
  after: GraphQLSchema;
  /** Who uses what in the schema before. */
  uses: Uses;
  /** What the schema after has against those operations. */
  complaints: Complaints;
}

type Kinds = typeof ChangeType;
/** The name of a kind of change: `FIELD_REMOVED`. */
export type ChangeKind = Kinds[keyof Kinds];
/** Judges one kind of change; undefined where there is nothing to say. */
export type Judge<K extends ChangeKind = ChangeKind> = (
  meta: Change<K>['meta'],
  circumstances: Circumstances,
) => Judgement | undefined;
/** Judges by the kind of change that they know. */
export type Judges = { [K in ChangeKind]?: Judge<K> };

/** The verdict on what breaks whoever uses it. */
export function breaks(uses: readonly Use[]): Verdict {
  return uses.length > 0 ? 'breaking' : 'unused';
}

/** The verdict on what may surprise whoever uses it. */
export function surprises(uses: readonly Use[]): Verdict {
  return uses.length > 0 ? 'dangerous' : 'safe';
}
