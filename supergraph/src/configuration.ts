import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { CompositionFault } from './faults.ts';

/** A subgraph as supergraph.yaml names it. */
export interface SubgraphSource {
  name: string;
  routingUrl: string;
  /** Where the SDL stands, as people would write it: relative to the working directory. */
  file: string;
  sdl: string;
}

interface SupergraphYaml {
  subgraphs?: Record<string, { routing_url?: unknown; schema?: { file?: unknown } }>;
}

/** Reads a file's text by its path; rejects where there is none. */
export type ReadFile = (path: string) => Promise<string>;

const fromDisk: ReadFile = (path) => readFile(path, 'utf8');

/**
 * Reads supergraph.yaml, in the format of `rover supergraph compose`, and the SDL files that it names; `read` may take
 * them from elsewhere than the disk.
 */
export async function readConfiguration(yamlFile: string, read: ReadFile = fromDisk): Promise<SubgraphSource[]> {
  const shown = relative(process.cwd(), yamlFile);
  const yaml = parseYaml(shown, await readText(yamlFile, read)) as SupergraphYaml | null;
  const entries = Object.entries(yaml?.subgraphs ?? {});
  if (entries.length === 0) throw new CompositionFault([{ file: shown, message: 'names no subgraphs' }]);
  return Promise.all(
    entries.map(async ([name, { routing_url: routingUrl, schema }]) => {
      if (typeof routingUrl !== 'string' || typeof schema?.file !== 'string') {
        const message = `subgraph ${name} needs a routing_url and a schema.file`;
        throw new CompositionFault([{ file: shown, message }]);
      }
      const file = resolve(dirname(yamlFile), schema.file);
      return { name, routingUrl, file: relative(process.cwd(), file), sdl: await readText(file, read) };
    }),
  );
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [at] = error.linePos ?? [];
    const [message = error.message] = error.message.split('\n');
    throw new CompositionFault([{ file, ...(at && { line: at.line, column: at.col }), message }]);
  }
}

async function readText(file: string, read: ReadFile): Promise<string> {
  try {
    return await read(file);
  } catch {
    throw new CompositionFault([{ file: relative(process.cwd(), file), message: 'cannot be read' }]);
  }
}
