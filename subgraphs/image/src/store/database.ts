import { parseDatabaseUrl } from '@atrium/service-kit';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from './generated/client.ts';

/** Image's own database. */
export type Database = PrismaClient;

/** The database within one transaction. */
export type Transaction = Prisma.TransactionClient;

/** Opens the database; connections are made when they are needed. */
export function openDatabase(databaseUrl: string, connections: number): Database {
  const adapter = new PrismaPg({ ...parseDatabaseUrl(databaseUrl), max: connections, connectionTimeoutMillis: 5_000 });
  return new PrismaClient({ adapter });
}

/** Resolves when the database answers. */
export async function pingDatabase(database: Database): Promise<void> {
  await database.$queryRaw`SELECT 1`;
}
