import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFailure, type Report } from '../findings/finding.ts';
import { toJunit } from './junit.ts';
import { printReport } from './print.ts';
import { toSarif } from './sarif.ts';

/** How a report is wanted. */
export interface ReportOptions {
  json?: true;
  junit?: string;
  sarif?: string;
}

/** Prints the report, writes the files that are asked for, and lets the exit status say whether CI should stop. */
export async function writeReport(report: Report, { json, junit, sarif }: ReportOptions): Promise<void> {
  const { command, summary, findings, data } = report;
  const fails = findings.some(isFailure);
  const text = json
    ? JSON.stringify({ command, ok: !fails, summary, findings, ...data }, null, 2)
    : printReport(report);
  process.stdout.write(`${text}\n`);
  if (junit) await writeTo(junit, toJunit(report));
  if (sarif) await writeTo(sarif, toSarif(report));
  if (fails) process.exitCode = 1;
}

async function writeTo(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
