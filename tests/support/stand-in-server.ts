// A program that stands in for a subgraph at the wire: a process of its own, so that it can be stopped and killed.
// It takes its answers as JSON from its command line, and is told over IPC how to behave.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answers, Behaviour, Told } from './stand-in.ts';

const [answersJson = '{}', port = '0'] = process.argv.slice(2);
const answers = JSON.parse(answersJson) as Answers;
const told: Told = { requests: 0, abandoned: 0 };
const mebibyte = Buffer.alloc(1024 * 1024, ' ');
let behaviour: Behaviour = 'healthy';

const page = '<html><h1>502 Bad Gateway</h1>upstream http://10.20.30.40:4001/graphql at /srv/app/main.ts:12</html>';
const insides = {
  message: 'connect ECONNREFUSED 10.20.30.40:5432',
  extensions: { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['Error: at query (/srv/app/node_modules/pg/client.ts:7)'] },
};

function healthy(response: ServerResponse, request: { query: string; variables?: { representations?: object[] } }) {
  const representations = request.variables?.representations;
  const data = representations
    ? { _entities: representations.map(() => answers.entity) }
    : Object.fromEntries(Object.entries(answers.root).filter(([field]) => request.query.includes(field)));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
}

const misbehave: Record<Exclude<Behaviour, 'healthy'>, (response: ServerResponse, request: IncomingMessage) => void> = {
  hang: () => {},
  html: (response) => response.setHeader('content-type', 'text/html').end(page),
  'bad-gateway': (response) => response.writeHead(502, { 'content-type': 'text/html' }).end(page),
  'half-json': (response) => response.setHeader('content-type', 'application/json').end('{"data":{"_entities":[{"ava'),
  'half-answer': (response, request) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('{"data":', () => request.socket.destroy());
  },
  'fault-500': (response) => response.writeHead(500).end(JSON.stringify({ errors: [insides] })),
  'fault-200': (response) => response.end(JSON.stringify({ data: null, errors: [insides] })),
  'unauthenticated-401': (response) => response.writeHead(401).end(JSON.stringify({ errors: [insides] })),
  'too-few-entities': (response) => response.end('{"data":{"_entities":[]}}'),
  'huge-declared': (response) => {
    response.writeHead(200, { 'content-length': 200 * mebibyte.length });
    writeMebibytes(response, 200);
  },
  huge: (response) => {
    response.write('{"data":{"_entities":[{"avatar":{"url":"');
    writeMebibytes(response, 200);
  },
  trickle: (response) => {
    const trickle = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(trickle));
  },
  'broken-connection': (_response, request) => request.socket.destroy(),
};

function writeMebibytes(response: ServerResponse, count: number): void {
  if (response.destroyed) return;
  if (count === 0) response.end();
  else response.write(mebibyte, () => writeMebibytes(response, count - 1));
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') return void response.end();
  told.requests++;
  response.once('close', () => {
    if (!response.writableFinished) told.abandoned++;
  });
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (behaviour === 'healthy') healthy(response, JSON.parse(body));
  else misbehave[behaviour](response, request);
});

process.on('message', (message: { behave: Behaviour } | { tell: true }) => {
  if ('behave' in message) behaviour = message.behave;
  process.send?.(told);
});
process.on('disconnect', () => process.exit());
server.listen(Number(port), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
