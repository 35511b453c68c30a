import { Prisma } from './generated/client.ts';

/** Classes of SQLSTATE with which PostgreSQL refuses data or gives up a transaction; nothing of it was kept. */
const rolledBack = /^(22|23|40)/;

/** Whether a statement failed so that its transaction is certainly undone, unlike a connection that broke. */
export function isRolledBack(error: unknown): error is Error {
  return isGivenUp(error) || rolledBack.test(sqlStateOf(error) ?? '');
}

/** Whether PostgreSQL gave a transaction up because of others, as it does to end a deadlock: it may be done again. */
export function isGivenUp(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('40') || (error as { code?: unknown } | null)?.code === 'P2034';
}

/** The SQLSTATE that PostgreSQL answered a statement with, where it was one that failed. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  const cause = (error.meta?.driverAdapterError as { cause?: { originalCode?: string } } | undefined)?.cause;
  const code = cause?.originalCode ?? error.meta?.code;
  return typeof code === 'string' ? code : undefined;
}
