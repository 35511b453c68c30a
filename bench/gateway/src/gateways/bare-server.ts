import { createServer } from 'node:http';
import { placeOf } from '../dataset.ts';
import { expectAnswers } from '../expected-answers.ts';
import { queries } from '../queries.ts';

// The IPC channel carries nothing: it closes when the bench ends, however it ends.
process.on('disconnect', () => process.exit());

const answers = new Map(Object.values(queries).map((query) => [query.document, expectAnswers(query)]));

interface Body {
  query: string;
  variables: { id?: string; offset?: number };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as Body;
    const place = variables.offset ?? placeOf(variables.id ?? '') ?? 0;
    const bytes = answers.get(query)?.bytes(place) ?? Buffer.from('{"data":null}');
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  });
});
server.keepAliveTimeout = 0;
server.listen(Number(process.env.PORT), '127.0.0.1');
