import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { faultFindings, hintFindings } from '../check/composition-findings.ts';
import { type Composition, composeFile } from '../compose.ts';
import { CompositionFault } from '../faults.ts';
import type { Report } from '../findings/finding.ts';
import { writeReport } from '../report/write-report.ts';
import { watchSources } from '../watch-sources.ts';
import { type CommonOptions, root, withReports } from './options.ts';

interface ComposeOptions extends CommonOptions {
  out: string;
  watch?: true;
  all?: true;
}

/** `supergraph compose`: one graph of the subgraphs' schemas. */
export function createCommand(): Command {
  return withReports(
    new Command('compose').description('compose the subgraphs that supergraph.yaml names into supergraph.graphql'),
  )
    .option('--out <file>', 'where to write the supergraph', resolve(root, 'supergraph/supergraph.graphql'))
    .option('--all', 'list the lesser hints too')
    .option('--watch', 'compose again whenever one of the files changes')
    .action(async (options: ComposeOptions) => {
      await composeOnce(options);
      if (!options.watch) return;
      await watchSources(resolve(options.config), () => composeOnce(options));
      // Who ends it has seen what there was to see.
      process.exitCode = 0;
    });
}

async function composeOnce(options: ComposeOptions): Promise<void> {
  await writeReport(await reportOf(options), options);
}

async function reportOf({ config, out, all, json }: ComposeOptions): Promise<Report> {
  try {
    const composition = await composeFile(resolve(config), resolve(out));
    const hints = hintFindings(composition.hints);
    return {
      command: 'compose',
      findings: all || json ? hints : hints.filter(({ severity }) => severity !== 'note'),
      summary: summaryOf(composition, out),
    };
  } catch (error) {
    if (!(error instanceof CompositionFault)) throw error;
    return { command: 'compose', findings: faultFindings(error), summary: 'the subgraphs do not compose' };
  }
}

function summaryOf({ supergraphSdl }: Composition, out: string): string {
  return `${relative(process.cwd(), resolve(out))} of ${supergraphSdl.split('\n').length} lines`;
}
