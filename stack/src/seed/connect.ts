import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readSettings } from '../settings.ts';
import { StackError } from '../stack-error.ts';
import { type Connection, Graph, GraphFault } from './graph.ts';

const running = z.object({ gatewayUrl: z.url(), apiKey: z.string().min(1) });

/** Finds the running stack, or takes what the command line says, and makes sure that it is one for development. */
export async function connect({ url, key }: { url?: string; key?: string }): Promise<Graph> {
  if (url && !key) throw new StackError('--url needs --key: the key of the stack on this machine is not for others.');
  const graph = new Graph(url && key ? { gatewayUrl: checked(url), apiKey: key } : local(key));
  await requireInbox(graph);
  return graph;
}

function checked(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new StackError("--url must be the gateway's address, such as http://localhost:4000.");
}

function local(key: string | undefined): Connection {
  const { dataDir } = readSettings();
  const file = join(dataDir, 'stack.json');
  if (!existsSync(file)) throw new StackError(`no stack runs with ${dataDir}: start one with npm start.`);
  const read = running.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new StackError(`${file} does not say where the stack is: start it again with npm start.`);
  return { ...read.data, ...(key && { apiKey: key }) };
}

// Without the inbox codes go to real phones, and the numbers of the seed may well belong to somebody.
async function requireInbox(graph: Graph): Promise<void> {
  try {
    await graph.get('/inbox/messages?to=%2B10000000000');
  } catch (error) {
    if (!(error instanceof GraphFault)) throw error;
    throw new StackError(`there is no developer inbox (${error.code}): only stacks for development can be seeded.`);
  }
}
