import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAnswerer, type SubgraphRequest } from './answer.ts';
import { createSchema } from './schema.ts';
import { type SubgraphName, subgraphNames } from './sdl.ts';

const name = subgraphNames.find((each) => each === process.argv[2]);
if (name === undefined) throw new Error(`Name one of ${subgraphNames.join(', ')}.`);

// The IPC channel tells the port; it closes when the bench ends, however it ends, and this process with it.
process.on('disconnect', () => process.exit());
const port = await serve(name);
process.send?.({ port });

/** Serves a subgraph on a free port. */
async function serve(subgraph: SubgraphName): Promise<number> {
  const answer = createAnswerer(createSchema(subgraph));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const [first = Buffer.alloc(0)] = chunks;
      const body = (chunks.length === 1 ? first : Buffer.concat(chunks)).toString();
      try {
        const text = answer(JSON.parse(body) as SubgraphRequest);
        send(response, 200, typeof text === 'string' ? text : await text);
      } catch (error) {
        send(response, 400, JSON.stringify({ errors: [{ message: String(error) }] }));
      }
    });
  });
  // No gateway's idle connection is closed under it between two slices.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
