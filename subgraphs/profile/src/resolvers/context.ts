import type { SubgraphContext } from '@atrium/service-kit/subgraph';
import type { Invocation } from '../domain/ports.ts';

/** What every resolver is given: who asks, within which request, and what actions work with. */
export interface Context extends SubgraphContext, Invocation {}
