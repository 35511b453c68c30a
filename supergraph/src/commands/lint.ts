import { resolve } from 'node:path';
import { Command } from 'commander';
import { faultFindings } from '../check/composition-findings.ts';
import { readConfiguration, type SubgraphSource } from '../configuration.ts';
import { CompositionFault } from '../faults.ts';
import type { Finding } from '../findings/finding.ts';
import { lintSchema } from '../lint/lint-schema.ts';
import { rules } from '../lint/rules/index.ts';
import { writeReport } from '../report/write-report.ts';
import { type CommonOptions, withReports } from './options.ts';

/** `supergraph lint`: whether the schemas keep to the rules that make the graph one. */
export function createCommand(): Command {
  return withReports(new Command('lint').description('hold the subgraphs’ schemas against the rules of this graph'))
    .option('--rules', 'list the rules and why they are')
    .addHelpText('after', '\nA comment right above an element switches a rule off for it: # lint-off <rule>: <reason>')
    .action(async (options: CommonOptions & { rules?: true }) => {
      if (options.rules) {
        process.stdout.write(`${rules.map(({ id, why }) => `${id}\n  ${why}`).join('\n')}\n`);
        return;
      }
      const subgraphs = await readConfiguration(resolve(options.config));
      const today = new Date().toISOString().slice(0, 10);
      const findings = subgraphs.flatMap((subgraph) => lintOne(subgraph, today));
      const summary = `${subgraphs.length} schemas, ${rules.length} rules`;
      await writeReport({ command: 'lint', findings, summary }, options);
    });
}

function lintOne(subgraph: SubgraphSource, today: string): Finding[] {
  try {
    return lintSchema(subgraph, today);
  } catch (error) {
    if (error instanceof CompositionFault) return faultFindings(error);
    throw error;
  }
}
