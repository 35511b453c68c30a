import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { SubgraphSource } from '../configuration.ts';
import type { Finding, Place } from '../findings/finding.ts';
import { type ContractFile, folderOf } from './record-contracts.ts';

const remedy = 'Run npm run supergraph -- contracts, look at what has changed for the subgraph, and commit it.';

/** The text of a contract as it is committed. */
export function textOf({ contract }: ContractFile): string {
  return `${JSON.stringify(contract, null, 2)}\n`;
}

/** Files beside the schemas that are no consumer's contract any more. */
export function strayFiles(subgraphs: readonly SubgraphSource[], recorded: readonly ContractFile[]): string[] {
  const known = new Set(recorded.map(({ file }) => resolve(file)));
  return subgraphs.flatMap((subgraph) => {
    const folder = resolve(folderOf(subgraph));
    return globSync('*.json', { cwd: folder })
      .map((name) => join(folder, name))
      .filter((file) => !known.has(file))
      .map((file) => relative(process.cwd(), file));
  });
}

/** Where the committed files are not what plans and documents give. */
export async function compareFiles(
  subgraphs: readonly SubgraphSource[],
  recorded: readonly ContractFile[],
): Promise<Finding[]> {
  const changed = await Promise.all(recorded.map(compareFile));
  const stray = strayFiles(subgraphs, recorded).map((file) =>
    finding({ file, line: 1 }, 'Nobody is known who relies on this contract'),
  );
  return [...changed.flat(), ...stray];
}

async function compareFile(recorded: ContractFile): Promise<Finding[]> {
  const { file, contract } = recorded;
  const committed = await readFile(file, 'utf8').catch(() => undefined);
  if (committed === undefined) {
    return [finding({ file }, `The contract of ${contract.consumer} is not recorded`)];
  }
  const [is, given] = [committed.split('\n'), textOf(recorded).split('\n')];
  const at = given.findIndex((line, i) => line !== is[i]);
  if (at === -1 && is.length === given.length) return [];
  const line = at === -1 ? given.length : at;
  const shown = (text: string | undefined) => (text === undefined ? 'nothing' : `\`${text.trim().slice(0, 200)}\``);
  const message = `${contract.consumer} relies on ${shown(given[line])}, and the contract says ${shown(is[line])}`;
  return [finding({ file, line: line + 1 }, message)];
}

function finding(place: Place, message: string): Finding {
  return { rule: 'contract-stale', severity: 'error', message, place, remedy };
}
