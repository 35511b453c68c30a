import { createTokenIssuer } from '@atrium/service-kit';
import { serviceNames } from '@atrium/stack';
import type { OwnStack } from '../../../src/own-stack.ts';
import { countRows } from '../tables.ts';
import type { Contestant, RunningContestant, Site } from './contestant.ts';
import { graphqlContestant, type Served } from './graphql-contestant.ts';

/** All of our system, asked at the gateway with an API key. */
export const ours: Contestant = {
  name: 'ours',
  title: 'Atrium',
  workloads: ['W', 'RZ', 'RU', 'L'],
  packages: undefined,
  start: async (site) => ownContestant(site, site.stack.gatewayUrl, async () => ({ 'x-api-key': site.stack.key })),
};

/** Profile asked directly, with a token as the gateway makes them. A create still goes through Messaging. */
export const profile: Contestant = {
  name: 'profile',
  title: 'Profile alone',
  workloads: ['W', 'H', 'RZ'],
  packages: undefined,
  start: async (site) => ownContestant(site, site.stack.services.profile.url, () => clientToken(site.stack)),
};

const scopes = ['profile:read', 'profile:write', 'profile:phone'];

/** A token is good for a minute, which is more than a slice takes. */
async function clientToken({ signingKeys }: OwnStack): Promise<Record<string, string>> {
  const issuer = createTokenIssuer(signingKeys.gateway);
  return { authorization: `Bearer ${await issuer.clientToken({ clientId: 'bench', scopes }, 'profile')}` };
}

function ownContestant(site: Site, url: string, headers: Served['headers']): RunningContestant {
  const { databases, services, dataDir } = site.stack;
  const sent = `SELECT count(*) FROM messages WHERE operation = 'PHONE_VERIFICATION' AND status IN ('SENT', 'DELIVERED')`;
  return graphqlContestant(site, {
    dialect: 'atrium',
    port: Number(new URL(url).port),
    headers,
    processes: Object.fromEntries(serviceNames.map((name) => [name, services[name].pid ?? 0])),
    databases: serviceNames.map((name) => new URL(databases[name]).pathname.slice(1)),
    backlog: {
      queries: [
        { databaseUrl: databases.profile, sql: 'SELECT EXISTS (SELECT FROM outbox) AS busy' },
        {
          databaseUrl: databases.messaging,
          sql: 'SELECT EXISTS (SELECT FROM graphile_worker.jobs WHERE attempts < max_attempts) AS busy',
        },
      ],
    },
    countEffects: async () => ({
      users: await countRows(databases.profile, 'SELECT count(*) FROM users'),
      'codes that were sent': await countRows(databases.messaging, sent),
    }),
    logFiles: serviceNames.map((name) => `${dataDir}/logs/${name}.log`),
    // The whole system stops with the bench.
    stop: async () => {},
  });
}
