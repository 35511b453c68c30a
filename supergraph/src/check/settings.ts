import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { UsageFault } from '../usage-fault.ts';

/** Where the operations stand that a change is judged by. */
export interface CheckSettings {
  /** Patterns of files with operations that clients send to the gateway, and of persisted query manifests. */
  operations: readonly string[];
  /** What services send to a subgraph itself, where they may ask for more than clients. */
  sisters: readonly { subgraph: string; operations: readonly string[] }[];
}

const usual: CheckSettings = { operations: ['operations/**/*.{graphql,gql}'], sisters: [] };

/** Where the settings and the approvals of a repository stand, beside its supergraph.yaml. */
export function settingsFolder(yamlFile: string): string {
  return join(dirname(yamlFile), '.supergraph');
}

/** Reads `.supergraph/check.yaml`; without one the operations are those of operations/. */
export async function readSettings(yamlFile: string): Promise<CheckSettings> {
  const file = join(settingsFolder(yamlFile), 'check.yaml');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return usual;
  const given = (parseYaml(file, text) ?? {}) as Partial<CheckSettings>;
  const operations = given.operations ?? usual.operations;
  const sisters = given.sisters ?? [];
  const fits =
    isTexts(operations) &&
    Array.isArray(sisters) &&
    sisters.every((each) => typeof each?.subgraph === 'string' && isTexts(each.operations));
  if (!fits) {
    throw new UsageFault(`${file}: operations is a list of patterns; each of sisters has subgraph and operations`);
  }
  return { operations, sisters };
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageFault(`${file}: ${(error as Error).message}`);
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
