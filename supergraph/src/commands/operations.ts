import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { readSettings } from '../check/settings.ts';
import { composeConfiguration } from '../compose.ts';
import { readCosts } from '../costs/index.ts';
import type { Finding } from '../findings/finding.ts';
import { judgeOperations } from '../operations/judge-operations.ts';
import { toManifest } from '../operations/manifest.ts';
import { type OperationSurvey, surveyOperation } from '../operations/survey-operation.ts';
import { createPlanner } from '../plans/planner.ts';
import { printTable } from '../report/table.ts';
import { writeReport } from '../report/write-report.ts';
import { readRequirements } from '../scopes/requirements.ts';
import { findOperations } from '../use/find-operations.ts';
import { type CommonOptions, withReports } from './options.ts';

interface OperationsOptions extends CommonOptions {
  operations?: string[];
  manifest?: string;
  maxCost: number;
  listSize: number;
}

/** `supergraph operations`: whether the operations fit the schema, what they cost, and whom and what they need. */
export function createCommand(): Command {
  return withReports(
    new Command('operations').description(
      'validate the operations, say what each costs and which subgraphs and scopes it needs, and write their manifest',
    ),
  )
    .option(
      '--operations <patterns...>',
      'files of operations and manifests; those of .supergraph/check.yaml otherwise',
    )
    .option('--manifest <file>', 'write them as a manifest of persisted queries')
    .option('--max-cost <number>', 'the gateway’s OPERATION_MAX_COST', toNumber, 5_000)
    .option('--list-size <number>', 'the gateway’s OPERATION_LIST_SIZE', toNumber, 10)
    .action(surveyAll);
}

async function surveyAll(options: OperationsOptions): Promise<void> {
  const yamlFile = resolve(options.config);
  const { supergraphSdl, apiSchema } = await composeConfiguration(yamlFile);
  const patterns = options.operations ?? (await readSettings(yamlFile)).operations;
  const operations = await findOperations(patterns, dirname(yamlFile));
  const graph = {
    schema: apiSchema(),
    plan: createPlanner(supergraphSdl),
    costs: readCosts(supergraphSdl),
    requirements: readRequirements(supergraphSdl),
    listSize: options.listSize,
  };
  const findings = judgeOperations(operations, graph.schema);
  const refused = new Set(
    findings.flatMap(({ severity, place }) => (severity === 'error' && place ? [place.file] : [])),
  );
  const surveys = operations.filter(({ file }) => !refused.has(file)).map((each) => surveyOperation(each, graph));
  findings.push(...surveys.flatMap((survey) => tooDear(survey, options.maxCost)));
  if (!options.json) process.stdout.write(`${tableOf(surveys)}\n\n`);
  if (options.manifest && refused.size === 0) {
    await mkdir(dirname(resolve(options.manifest)), { recursive: true });
    await writeFile(options.manifest, toManifest(operations));
  }
  const summary = `${operations.length} operations in ${new Set(operations.map(({ file }) => file)).size} files`;
  await writeReport({ command: 'operations', findings, summary, data: { operations: surveys } }, options);
}

function tooDear({ name, file, cost }: OperationSurvey, maxCost: number): Finding[] {
  if (cost <= maxCost) return [];
  const message = `Operation '${name}' costs ${cost} and may cost ${maxCost}: the gateway refuses it`;
  const remedy = 'Ask for shorter pages and fewer fields, and give every list a size.';
  return [{ rule: 'operation-too-dear', severity: 'error', subject: name, message, place: { file, line: 1 }, remedy }];
}

function tableOf(surveys: readonly OperationSurvey[]): string {
  const rows = surveys.map(({ name, kind, cost, depth, subgraphs, scopes }) => [
    name,
    kind,
    cost,
    depth,
    Object.entries(subgraphs)
      .map(([subgraph, requests]) => (requests > 1 ? `${subgraph} ×${requests}` : subgraph))
      .join(', '),
    scopes.map((way) => way.join(' ') || 'none').join(' | '),
  ]);
  return printTable(['operation', 'kind', 'cost', 'depth', 'subgraphs', 'scopes'], rows);
}

function toNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}
