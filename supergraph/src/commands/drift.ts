import { resolve } from 'node:path';
import { createTokenIssuer } from '@atrium/service-kit/tokens';
import { Command, InvalidArgumentError } from 'commander';
import { compose } from '../compose.ts';
import { readConfiguration, type SubgraphSource } from '../configuration.ts';
import { compareGateway } from '../drift/compare-gateway.ts';
import { compareSubgraph } from '../drift/compare-subgraph.ts';
import { fetchPublicSchema, fetchSubgraphSdl } from '../drift/fetch-schema.ts';
import type { Finding } from '../findings/finding.ts';
import { writeReport } from '../report/write-report.ts';
import { UsageFault } from '../usage-fault.ts';
import { type CommonOptions, withReports } from './options.ts';

interface DriftOptions extends CommonOptions {
  subgraph: Map<string, string | undefined>;
  gateway?: string;
}

/** `supergraph drift`: whether what runs serves what is committed. */
export function createCommand(): Command {
  return withReports(new Command('drift').description('compare what running services serve with what is committed'))
    .option(
      '--subgraph <name[=url]>',
      'ask this subgraph, at its routing_url or elsewhere; may be repeated',
      addSubgraph,
      new Map(),
    )
    .option('--gateway <url>', 'ask this gateway for the public schema, with the key in ATRIUM_API_KEY')
    .addHelpText(
      'after',
      `
Subgraphs answer to tokens only. One is made with the Ed25519 key in SIGNING_KEY, a private JWK as every service has one;
or it stands in SUBGRAPH_TOKEN. Neither is an option, since options are shown to everybody on the machine.`,
    )
    .action(async (options: DriftOptions) => {
      const subgraphs = await readConfiguration(resolve(options.config));
      const asked = askedSubgraphs(options, subgraphs);
      const findings = (await Promise.all(asked.map(subgraphDrift))).flat();
      if (options.gateway) findings.push(...(await gatewayDrift(options.gateway, subgraphs)));
      const who = [...asked.map(({ name }) => name), ...(options.gateway ? ['gateway'] : [])];
      await writeReport({ command: 'drift', findings, summary: `asked ${who.join(', ')}` }, options);
    });
}

/** The subgraphs that are named, or all of them where only their committed addresses are known and no gateway is meant. */
function askedSubgraphs({ subgraph, gateway }: DriftOptions, subgraphs: readonly SubgraphSource[]): SubgraphSource[] {
  const unknown = [...subgraph.keys()].find((name) => !subgraphs.some((each) => each.name === name));
  if (unknown !== undefined) throw new UsageFault(`supergraph.yaml names no subgraph '${unknown}'.`);
  if (subgraph.size === 0) return gateway ? [] : [...subgraphs];
  return subgraphs.flatMap((each) =>
    subgraph.has(each.name) ? [{ ...each, routingUrl: subgraph.get(each.name) ?? each.routingUrl }] : [],
  );
}

async function subgraphDrift(subgraph: SubgraphSource): Promise<Finding[]> {
  const served = await fetchSubgraphSdl(subgraph.routingUrl, `Bearer ${await tokenFor(subgraph.name)}`);
  return compareSubgraph(subgraph, served);
}

async function tokenFor(audience: string): Promise<string> {
  const { SIGNING_KEY: key, SUBGRAPH_TOKEN: token } = process.env;
  if (token) return token;
  if (!key)
    throw new UsageFault('Drift needs a token: set SIGNING_KEY or SUBGRAPH_TOKEN, see supergraph drift --help.');
  return createTokenIssuer(JSON.parse(key)).serviceToken(audience);
}

async function gatewayDrift(url: string, subgraphs: SubgraphSource[]): Promise<Finding[]> {
  const apiKey = process.env.ATRIUM_API_KEY;
  if (!apiKey) throw new UsageFault('Drift of the gateway needs a key of it in ATRIUM_API_KEY.');
  return compareGateway(compose(subgraphs).apiSchema(), await fetchPublicSchema(url, apiKey));
}

function addSubgraph(text: string, known: Map<string, string | undefined>): Map<string, string | undefined> {
  const [, name, url] = /^([\w-]+)(?:=(https?:\/\/.+))?$/.exec(text) ?? [];
  if (!name) throw new InvalidArgumentError('It must be a name, or name=url.');
  return new Map([...known, [name, url]]);
}
