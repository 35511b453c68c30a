// A program that stands in for a subgraph: a process of its own, so that it can be stopped and killed. It answers
// what its command line says, and tells its port over IPC.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answers } from './stand-in.ts';

const [answersJson = '', port = '0'] = process.argv.slice(2);
const { root, entity } = JSON.parse(answersJson) as Answers;

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const { variables } = (body ? JSON.parse(body) : {}) as { variables?: { representations?: object[] } };
  const entities = variables?.representations?.map(() => entity);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: entities ? { _entities: entities } : root }));
});

process.on('disconnect', () => process.exit());
server.listen(Number(port), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
