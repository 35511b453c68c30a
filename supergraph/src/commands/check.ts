import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { applyApprovals } from '../approvals/apply-approvals.ts';
import { readApprovals } from '../approvals/read-approvals.ts';
import { strangers, weighByCalls } from '../check/by-calls.ts';
import { checkGraph } from '../check/check-graph.ts';
import { findConsumers } from '../check/consumers.ts';
import { readSettings, settingsFolder } from '../check/settings.ts';
import { readConfiguration } from '../configuration.ts';
import type { Finding } from '../findings/finding.ts';
import { writeReport } from '../report/write-report.ts';
import { readBase } from '../revision/read-base.ts';
import { attemptRevision } from '../revision/revision.ts';
import { readCounts } from '../use/read-counts.ts';
import { type CommonOptions, withReports } from './options.ts';

interface CheckOptions extends CommonOptions {
  base: string;
  operations?: string[];
  counts?: string;
  approvals?: string;
  releasedOperations: boolean;
  strict?: true;
  all?: true;
}

/** `supergraph check`: whether a change of the schemas may be merged. */
export function createCommand(): Command {
  return withReports(
    new Command('check').description(
      'say what the changes of the schemas since a base break, for whom, and how to make them safely',
    ),
  )
    .requiredOption(
      '--base <ref|file>',
      'compare with a commit, another supergraph.yaml or a composed supergraph.graphql',
    )
    .option(
      '--operations <patterns...>',
      'files of operations and manifests; those of .supergraph/check.yaml otherwise',
    )
    .option('--counts <file>', 'how often operations are called: the gateway’s /metrics, or JSON of names and numbers')
    .option('--approvals <file>', 'what may pass, why and until when; .supergraph/approvals.yaml otherwise')
    .option('--no-released-operations', 'leave out operations that the base holds and the files no longer do')
    .option('--strict', 'fail on whatever breaks the contract, also where no known operation uses it')
    .option('--all', 'list what is safe too')
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const yamlFile = resolve(options.config);
  const base = await readBase(options.base, yamlFile);
  const given = await readSettings(yamlFile);
  const settings = options.operations ? { ...given, operations: options.operations } : given;
  const consumers = await findConsumers(settings, yamlFile, options.releasedOperations ? base.commit : undefined);
  const sources = await readConfiguration(yamlFile);
  const after = attemptRevision('working tree', sources);
  const found = await checkGraph({ before: base.revision, after, sources }, consumers);
  const calls = options.counts ? await readCounts(options.counts) : undefined;
  const names = consumers.clients.map(({ name }) => name);
  const weighed = calls ? [...weighByCalls(found, calls), ...strangers(names, calls)] : found;
  const approvals = await readApprovals(options.approvals ?? join(settingsFolder(yamlFile), 'approvals.yaml'));
  const today = new Date().toISOString().slice(0, 10);
  const approved = applyApprovals(options.strict ? weighed.map(asError) : weighed, approvals, today);
  const sisterCount = [...consumers.sisters.values()].flat().length;
  await writeReport(
    {
      command: 'check',
      findings: options.all || options.json ? approved : approved.filter(isNews),
      summary: `compared with ${base.revision.name}, judged by ${names.length} operations of clients and ${sisterCount} of services`,
    },
    options,
  );
}

function asError(finding: Finding): Finding {
  return finding.verdict === 'unused' ? { ...finding, severity: 'error' } : finding;
}

/** Notes are worth a line where they concern somebody, such as those who use what is deprecated. */
function isNews({ severity, rule, affected = [] }: Finding): boolean {
  return severity !== 'note' || affected.length > 0 || rule === 'operation-unknown';
}
