import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { findConsumers } from '../check/consumers.ts';
import { readSettings } from '../check/settings.ts';
import { compose } from '../compose.ts';
import { readConfiguration, type SubgraphSource } from '../configuration.ts';
import { compareFiles, strayFiles, textOf } from '../contracts/compare-files.ts';
import { judgeDocuments } from '../contracts/judge-documents.ts';
import { type ContractFile, recordGateway, recordSisters } from '../contracts/record-contracts.ts';
import { isFailure } from '../findings/finding.ts';
import { judgeOperations } from '../operations/judge-operations.ts';
import { createPlanner } from '../plans/planner.ts';
import { writeReport } from '../report/write-report.ts';
import { type CommonOptions, withReports } from './options.ts';

interface ContractsOptions extends CommonOptions {
  check?: true;
}

/** `supergraph contracts`: what each subgraph is asked, by whom, and what they read of the answer. */
export function createCommand(): Command {
  return withReports(
    new Command('contracts').description(
      'record what the gateway and the services send to each subgraph, for the contract tests that a subgraph runs alone',
    ),
  )
    .option(
      '--check',
      'write nothing, and fail where the committed contracts are not those of the schemas and operations',
    )
    .action(recordAll);
}

async function recordAll(options: ContractsOptions): Promise<void> {
  const yamlFile = resolve(options.config);
  const subgraphs = await readConfiguration(yamlFile);
  const { supergraphSdl, apiSchema } = compose(subgraphs);
  const { clients, sisters } = await findConsumers(await readSettings(yamlFile), yamlFile);
  const findings = [...judgeOperations(clients, apiSchema()).filter(isFailure), ...judgeDocuments(subgraphs, sisters)];
  let summary = 'the operations do not fit, so there is nothing to record';
  if (findings.length === 0) {
    const recorded = [
      ...recordGateway(subgraphs, clients, createPlanner(supergraphSdl)),
      ...recordSisters(subgraphs, sisters),
    ];
    if (options.check) findings.push(...(await compareFiles(subgraphs, recorded)));
    else await writeFiles(subgraphs, recorded);
    const requests = recorded.reduce((sum, { contract }) => sum + contract.requests.length, 0);
    summary = `${recorded.length} contracts of ${requests} requests`;
  }
  await writeReport({ command: 'contracts', findings, summary }, options);
}

async function writeFiles(subgraphs: readonly SubgraphSource[], recorded: readonly ContractFile[]): Promise<void> {
  for (const each of recorded) {
    await mkdir(dirname(each.file), { recursive: true });
    await writeFile(each.file, textOf(each));
  }
  for (const file of strayFiles(subgraphs, recorded)) await rm(file);
}
