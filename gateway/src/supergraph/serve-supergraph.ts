import type { TokenIssuer } from '@atrium/service-kit';
import { readCosts } from '@atrium/supergraph/costs';
import { readRequirements } from '@atrium/supergraph/requirements';
import type { Logger } from 'pino';
import { createGuards, type Guards, openGuard } from '../authorization/guard.ts';
import type { GatewaySettings } from '../config.ts';
import { createPreparedOperations, type PreparedOperations } from '../documents/prepared-operations.ts';
import { createEngine } from '../execution/engine.ts';
import type { Subgraph } from '../execution/execution.ts';
import { openSubgraph, type SubgraphOptions } from '../execution/subgraph.ts';
import type { BreakerState, Metrics } from '../observability/metrics.ts';
import { observeSubgraph } from '../observability/observe-subgraph.ts';
import type { Traces } from '../observability/traces.ts';
import { openSupergraph } from './live-supergraph.ts';
import { readSubgraphAddresses } from './subgraph-addresses.ts';
import { createSubgraphRegistry } from './subgraph-registry.ts';

/** How many documents are kept prepared, and how many characters of them. */
const maxDocuments = 2_000;
const maxDocumentCharacters = 8 * 1024 * 1024;

/** Where clients are not known, nothing can be asked of them. */
const openGuards: Guards = { guardFor: () => openGuard };

/** The operations of the supergraph that is served at the moment. */
export interface ServedSupergraph {
  readonly current: PreparedOperations;
  /** Names it in metrics. */
  readonly id: string;
  breakers(): Iterable<{ service: string; instance: string; state: BreakerState }>;
  close(): Promise<void>;
}

/** Serves the supergraph that the settings name, and each that takes its place. */
export async function serveSupergraph(
  settings: GatewaySettings,
  parts: { issuer: TokenIssuer | undefined; logger: Logger; metrics: Metrics; traces: Traces | undefined },
): Promise<ServedSupergraph> {
  const { issuer, logger, metrics } = parts;
  const transport: SubgraphOptions = {
    ...(issuer ? { trust: 'signed', issuer } : { trust: 'none' }),
    logger,
    timeoutMs: settings.subgraphTimeoutMs,
    uploadTimeoutMs: settings.uploadTimeoutMs,
    pool: {
      connections: settings.subgraphConnections,
      breakerFailures: settings.breakerFailures,
      breakerProbeMs: settings.breakerProbeMs,
    },
  };
  const subgraphs = createSubgraphRegistry(
    (name, instances) => openSubgraph(name, instances, transport),
    settings.uploadTimeoutMs,
  );
  const live = await openSupergraph({
    path: settings.supergraphPath,
    checkEveryMs: settings.supergraphCheckMs,
    logger,
    onReload: (taken) => metrics.reload(taken ? 'ok' : 'refused'),
    serve(supergraphSdl, id) {
      const addresses = addressesOf(supergraphSdl, settings);
      const observed = new Map<string, Subgraph>();
      const engine = createEngine({
        supergraphSdl,
        subgraph: (name) => find(observed, name),
        logger,
        onFallback: metrics.fallback,
      });
      // Only now is it clear that this supergraph can be served, and the connections of the one before may go.
      const connected = subgraphs.replace(addresses);
      for (const [name, subgraph] of connected) observed.set(name, observeSubgraph(name, subgraph, parts));
      const operations = createPreparedOperations({
        engine,
        guards: settings.keys ? createGuards(readRequirements(supergraphSdl)) : openGuards,
        costs: readCosts(supergraphSdl),
        limits: settings,
        maxEntries: maxDocuments,
        maxCharacters: maxDocumentCharacters,
        onLookUp: (found) => metrics.preparedOperation(found ? 'hit' : 'miss'),
        onCompiled: metrics.planned,
      });
      return { id, operations };
    },
  });
  return {
    get current() {
      return live.current.operations;
    },
    get id() {
      return live.current.id;
    },
    *breakers() {
      for (const [service, subgraph] of subgraphs.current) {
        for (const { instance, breaker } of subgraph.states())
          yield { service, instance: String(instance), state: breaker };
      }
    },
    async close() {
      live.close();
      await subgraphs.close();
    },
  };
}

function find(subgraphs: ReadonlyMap<string, Subgraph>, name: string): Subgraph {
  const found = subgraphs.get(name);
  if (!found) throw new Error(`No address is known for the subgraph ${name}.`);
  return found;
}

/** Where the subgraphs are reached: where the settings say, else where composition was told. */
function addressesOf(supergraphSdl: string, { keys }: GatewaySettings): Map<string, readonly string[]> {
  const addresses = new Map<string, readonly string[]>();
  const own: Record<string, readonly string[]> = keys
    ? { profile: keys.profileUrls, image: keys.imageUrls, messaging: keys.messagingUrls }
    : {};
  for (const [name, routingUrl] of readSubgraphAddresses(supergraphSdl)) {
    addresses.set(name, own[name]?.map((url) => `${url}/graphql`) ?? [routingUrl]);
  }
  return addresses;
}
