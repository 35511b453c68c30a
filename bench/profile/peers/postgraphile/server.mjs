// PostGraphile with its Amber preset, as its documentation serves it from node:http, behind a check of the key.
import { createServer } from 'node:http';
import { makePgService } from 'postgraphile/adaptors/pg';
import { postgraphile } from 'postgraphile';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';

process.on('disconnect', () => process.exit());
const { DATABASE_URL, PORT, API_KEY } = process.env;
const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [makePgService({ connectionString: DATABASE_URL, schemas: ['public'], poolConfig: { max: 20 } })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
};
const handle = postgraphile(preset).createServ(grafserv).createHandler();
createServer((request, response) => {
  if (request.headers['x-api-key'] === API_KEY) return handle(request, response);
  response.statusCode = 401;
  response.end('{"errors":[{"message":"unauthorized"}]}');
}).listen(Number(PORT), '127.0.0.1');
