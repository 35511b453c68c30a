import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ReportOptions } from '../report/write-report.ts';

/** The repository that these commands look at unless they are told otherwise. */
export const root = resolve(import.meta.dirname, '../../..');

/** What every command that reports takes. */
export interface CommonOptions extends ReportOptions {
  config: string;
}

/** Adds the options of every command that reports. */
export function withReports(command: Command): Command {
  return command
    .option('--config <file>', 'the subgraphs and where their schemas stand', resolve(root, 'supergraph.yaml'))
    .option('--json', 'print the report as JSON')
    .option('--junit <file>', 'write the report as JUnit XML too')
    .option('--sarif <file>', 'write the report as SARIF 2.1.0 too');
}
