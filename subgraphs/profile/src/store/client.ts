import { parseDatabaseUrl } from '@atrium/service-kit';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';

/** Profile's database, and what runs statements on it. */
export type Database = PrismaClient;

/** What both the client and a transaction can do. */
export type Connection = Pick<PrismaClient, '$queryRaw' | '$executeRaw'>;

/** Opens the database with at most this many connections, on which no statement may take longer than it is told. */
export function openDatabase(
  databaseUrl: string,
  connections: number,
  { statementTimeoutMs }: { statementTimeoutMs?: number } = {},
): Database {
  const adapter = new PrismaPg({
    ...parseDatabaseUrl(databaseUrl),
    max: connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }),
  });
  return new PrismaClient({ adapter, log: [], errorFormat: 'minimal' });
}
