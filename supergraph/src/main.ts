import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { composeFile } from './compose.ts';
import { CompositionFault } from './faults.ts';

const root = resolve(import.meta.dirname, '../..');

const program = new Command('supergraph').description('composes the graph of the subgraphs’ committed schemas');

program
  .command('compose')
  .description('compose the subgraphs that supergraph.yaml names into supergraph.graphql')
  .option('--config <file>', 'the subgraphs and where their schemas stand', resolve(root, 'supergraph.yaml'))
  .option('--out <file>', 'where to write the supergraph', resolve(root, 'supergraph/supergraph.graphql'))
  .action(async ({ config, out }: { config: string; out: string }) => {
    const { supergraphSdl, hints } = await composeFile(resolve(config), resolve(out));
    const lines = supergraphSdl.split('\n').length;
    console.log(`composed ${relative(process.cwd(), out)}: ${lines} lines, ${hints.length} hints`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CompositionFault)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
