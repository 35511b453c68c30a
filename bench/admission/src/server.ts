// A subgraph that answers at once, with an admission or without; tells its parent its address, and its CPU time when asked.
import {
  admissionSettings,
  createTokenIssuer,
  createTokenVerifier,
  type PrivateJwk,
  readSettings,
} from '@atrium/service-kit';
import { createServiceMetrics } from '@atrium/service-kit/metrics';
import { createSubgraph, type SubgraphContext } from '@atrium/service-kit/subgraph';
import { pino } from 'pino';
import { createKey } from './key.ts';

const hasAdmission = process.argv[2] === 'with';
const key: PrivateJwk = createKey('gateway:bench');
const { d: _, ...publicKey } = key;
const app = await createSubgraph<SubgraphContext>({
  typeDefs: 'type Query { user(id: ID!): User } type User { id: ID! name: String! }',
  resolvers: { Query: { user: (_: unknown, { id }: { id: string }) => ({ id, name: 'Asha Rao' }) } },
  logger: pino({ level: 'silent' }),
  bodyLimitBytes: 1_000_000,
  requestBudgetMs: 10_000,
  ready: async () => {},
  verifyToken: createTokenVerifier({ keys: [publicKey] }, 'bench'),
  context: (base) => base,
  metrics: createServiceMetrics({ mode: 'production', metricsToken: undefined }),
  admission: hasAdmission ? readSettings(admissionSettings, process.env) : undefined,
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
const issuer = createTokenIssuer(key);

process.on('message', async (question) => {
  if (question === 'token') {
    process.send?.(await issuer.clientToken({ clientId: 'bench', scopes: ['profile:read'] }, 'bench'));
  } else {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  }
});
process.on('disconnect', () => process.exit());
process.send?.(url);
