import type { Requirement, Requirements } from '@atrium/supergraph/requirements';
import { LRUCache } from 'lru-cache';
import type { FieldGuard } from '../execution/execution.ts';

/** What a caller may not see. Callers who may not see the same share one, so that what is kept for one serves all. */
export interface ScopeGuard extends FieldGuard {
  /** Names what is not met, and so all that is denied. */
  readonly signature: string;
  /** Whether anything at all is denied. */
  readonly deniesNothing: boolean;
  /** What the caller lacks for a field, in words such as `the scope profile:read`. */
  missing(typeName: string, fieldName: string): string;
}

/** Guards for callers, by their scopes. */
export interface Guards {
  /** The guard for a known caller with these scopes. */
  guardFor(scopes: ReadonlySet<string>): ScopeGuard;
}

/** A guard that lets everything through: where callers are not asked who they are. */
export const openGuard: ScopeGuard = {
  signature: '',
  deniesNothing: true,
  denies: () => false,
  missing: () => '',
};

/** Among them are all the sets of scopes that are in use, and few of what somebody with many keys may try out. */
const keptGuards = 1_000;

/** Guards by what a supergraph requires. A set of scopes is judged once for as long as it lives. */
export function createGuards(requirements: Requirements): Guards {
  const bySignature = new LRUCache<string, ScopeGuard>({ max: keptGuards });
  const byScopes = new WeakMap<ReadonlySet<string>, ScopeGuard>();
  return {
    guardFor(scopes) {
      const known = byScopes.get(scopes);
      if (known) return known;
      const unmet = requirements.all.flatMap((requirement, place) => (isMet(requirement, scopes) ? [] : [place]));
      const signature = unmet.join(' ');
      const guard = bySignature.get(signature) ?? createGuard(requirements, new Set(unmet), signature);
      bySignature.set(signature, guard);
      byScopes.set(scopes, guard);
      return guard;
    },
  };
}

function isMet(requirement: Requirement, scopes: ReadonlySet<string>): boolean {
  return requirement.some((set) => set.every((scope) => scopes.has(scope)));
}

function createGuard({ all, fields }: Requirements, unmet: ReadonlySet<number>, signature: string): ScopeGuard {
  const denied = new Map<string, Map<string, Requirement>>();
  for (const [type, ofType] of fields) {
    for (const [field, places] of ofType) {
      const place = places.find((each) => unmet.has(each));
      const requirement = place === undefined ? undefined : all[place];
      if (!requirement) continue;
      if (!denied.has(type)) denied.set(type, new Map());
      denied.get(type)?.set(field, requirement);
    }
  }
  return {
    signature,
    deniesNothing: denied.size === 0,
    denies: (type, field) => denied.get(type)?.has(field) ?? false,
    missing: (type, field) => inWords(denied.get(type)?.get(field) ?? []),
  };
}

function inWords(requirement: Requirement): string {
  if (requirement.length === 0) return 'a policy that no key satisfies';
  return requirement.map((set) => `the ${set.length === 1 ? 'scope' : 'scopes'} ${set.join(' and ')}`).join(', or ');
}
