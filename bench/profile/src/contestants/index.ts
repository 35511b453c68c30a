import type { Contestant, ContestantName } from './contestant.ts';
import { ours, profile } from './ours.ts';
import { keystone, postgraphile } from './peers.ts';
import { pgbench } from './pgbench.ts';

/** Everybody who can be measured, by name. */
export const contestants: Readonly<Record<ContestantName, Contestant>> = {
  ours,
  postgraphile,
  keystone,
  profile,
  pgbench,
};

export {
  type Contestant,
  type ContestantName,
  contestantNames,
  type RunningContestant,
  type Site,
} from './contestant.ts';
export { peersFolder } from './peers.ts';
