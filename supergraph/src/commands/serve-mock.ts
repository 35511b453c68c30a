import { dirname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import { readSettings } from '../check/settings.ts';
import { composeConfiguration } from '../compose.ts';
import { CompositionFault } from '../faults.ts';
import { serveMock } from '../mock/serve-mock.ts';
import { findOperations } from '../use/find-operations.ts';
import { watchSources } from '../watch-sources.ts';
import { root } from './options.ts';

interface ServeOptions {
  config: string;
  host: string;
  port: number;
}

/** `supergraph serve-mock`: the graph with made-up data, before any of its services exists. */
export function createCommand(): Command {
  return new Command('serve-mock')
    .description('serve the graph with made-up data and GraphiQL: no service, no database, no key')
    .option('--config <file>', 'the subgraphs and where their schemas stand', resolve(root, 'supergraph.yaml'))
    .option('--port <number>', 'the port; 0 takes a free one', toPort, 4010)
    .option('--host <address>', 'the address to listen at', '127.0.0.1')
    .action(serve);
}

async function serve({ config, host, port }: ServeOptions): Promise<void> {
  const yamlFile = resolve(config);
  const schema = (await composeConfiguration(yamlFile)).apiSchema();
  const operations = await findOperations((await readSettings(yamlFile)).operations, dirname(yamlFile));
  const mock = await serveMock({ schema, operations, host, port });
  process.stdout.write(
    `${styleText('bold', 'mocked graph')} at ${mock.url}/graphql, GraphiQL at ${mock.url}/\nThe same operation has the same answer; schemas are read again when they change. Ctrl-C ends it.\n`,
  );
  await watchSources(yamlFile, async () => {
    try {
      mock.replace((await composeConfiguration(yamlFile)).apiSchema());
      process.stdout.write('serving the changed schemas\n');
    } catch (error) {
      if (!(error instanceof CompositionFault)) throw error;
      process.stderr.write(`${error.message}\nserving the schemas as they were\n`);
    }
  });
  await mock.close();
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('It must be a port.');
  return port;
}
