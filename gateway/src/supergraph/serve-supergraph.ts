import type { TokenIssuer } from '@atrium/service-kit';
import type { Logger } from 'pino';
import type { GatewaySettings } from '../config.ts';
import { createPreparedOperations, type PreparedOperations } from '../documents/prepared-operations.ts';
import { createEngine } from '../execution/engine.ts';
import { openSubgraph, type SubgraphOptions } from '../execution/subgraph.ts';
import { openSupergraph } from './live-supergraph.ts';
import { readSubgraphAddresses } from './subgraph-addresses.ts';
import { createSubgraphRegistry } from './subgraph-registry.ts';

/** How many documents are kept prepared, and how many characters of them. */
const maxDocuments = 2_000;
const maxDocumentCharacters = 8 * 1024 * 1024;

/** The operations of the supergraph that is served at the moment. */
export interface ServedSupergraph {
  readonly current: PreparedOperations;
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Serves the supergraph that the settings name, and each that takes its place. */
export async function serveSupergraph(
  settings: GatewaySettings,
  { issuer, logger }: { issuer: TokenIssuer | undefined; logger: Logger },
): Promise<ServedSupergraph> {
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
    serve(supergraphSdl) {
      const addresses = addressesOf(supergraphSdl, settings);
      const engine = createEngine({
        supergraphSdl,
        subgraph: (name) => subgraph(name),
        logger,
        onFallback: () => {},
      });
      // Only now is it clear that this supergraph can be served, and the connections of the one before may go.
      const subgraph = subgraphs.replace(addresses);
      return createPreparedOperations({
        engine,
        maxTokens: settings.documentMaxTokens,
        maxEntries: maxDocuments,
        maxCharacters: maxDocumentCharacters,
      });
    },
  });
  return {
    get current() {
      return live.current;
    },
    reload: live.reload,
    async close() {
      live.close();
      await subgraphs.close();
    },
  };
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
