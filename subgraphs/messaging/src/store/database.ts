import { parseDatabaseUrl } from '@atrium/service-kit';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from './generated/client.ts';

/** This service's client of its own database. */
export type Database = PrismaClient;

/** The same within a transaction. */
export type Transaction = Prisma.TransactionClient;

/** Opens the client; it connects when it is first used. */
export function openDatabase(databaseUrl: string, connections: number): Database {
  const adapter = new PrismaPg({
    ...parseDatabaseUrl(databaseUrl),
    max: connections,
    connectionTimeoutMillis: 5_000,
    application_name: 'atrium-messaging',
  });
  return new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions: { maxWait: 5_000, timeout: 10_000 } });
}

/** Rejects where the database does not answer. */
export async function checkDatabase(database: Database): Promise<void> {
  await database.$queryRaw`SELECT 1`;
}
