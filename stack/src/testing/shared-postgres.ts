import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PostgresServer } from '../postgres/server.ts';
import { startTemporaryPostgres } from '../postgres/temporary.ts';

/** Where test files, which may run in other processes, ask for the PostgreSQL that they share. */
export const sharedPostgresVariable = 'ATRIUM_TEST_POSTGRES';

/** Contract tests count the statements of a service, which PostgreSQL does only where it is told at its start. */
export const testSettings = { shared_preload_libraries: 'pg_stat_statements' };

/** One PostgreSQL for all test files of a run. */
export interface SharedPostgres {
  close(): Promise<void>;
}

/** Offers a PostgreSQL that is started when the first test file asks for it: a run without such a file pays nothing. */
export async function offerSharedPostgres(): Promise<SharedPostgres> {
  let postgres: Promise<PostgresServer> | undefined;
  const server = createServer(async (_, response) => {
    try {
      postgres ??= startTemporaryPostgres(testSettings);
      response.end((await postgres).url);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[sharedPostgresVariable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { close: () => close(server, postgres) };
}

async function close(server: Server, postgres: Promise<PostgresServer> | undefined): Promise<void> {
  server.close();
  server.closeAllConnections();
  const started = await postgres?.catch(() => undefined);
  await started?.stop();
}
