import { resolve } from 'node:path';
import { Command } from 'commander';
import { checkGraph } from '../check/check-graph.ts';
import { findConsumers } from '../check/consumers.ts';
import { readSettings } from '../check/settings.ts';
import { readConfiguration } from '../configuration.ts';
import { writeReport } from '../report/write-report.ts';
import { readBase } from '../revision/read-base.ts';
import { attemptRevision } from '../revision/revision.ts';
import { type CommonOptions, withReports } from './options.ts';

/** `supergraph diff`: every change since a base with its verdict; for people to read, so it never fails for what it finds. */
export function createCommand(): Command {
  return withReports(
    new Command('diff').description('list every change of the schemas since a base, the safe ones too'),
  )
    .requiredOption(
      '--base <ref|file>',
      'compare with a commit, another supergraph.yaml or a composed supergraph.graphql',
    )
    .action(async (options: CommonOptions & { base: string }) => {
      const yamlFile = resolve(options.config);
      const base = await readBase(options.base, yamlFile);
      const consumers = await findConsumers(await readSettings(yamlFile), yamlFile, base.commit);
      const sources = await readConfiguration(yamlFile);
      const after = attemptRevision('working tree', sources);
      const findings = await checkGraph({ before: base.revision, after, sources }, consumers);
      const summary = `${findings.length} changes since ${base.revision.name}`;
      await writeReport({ command: 'diff', findings, summary }, options);
      process.exitCode = 0;
    });
}
