import type { Transaction } from './database.ts';

/**
 * Keeps the erasure of a user and the saving of their images apart until the transaction ends: uploads share the lock,
 * an erasure holds it alone. There is no row to lock, because users live in Profile.
 */
export async function lockUser(transaction: Transaction, userId: string, mode: 'shared' | 'exclusive'): Promise<void> {
  if (mode === 'shared') {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${userId}, 0))`;
  } else {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${userId}, 0))`;
  }
}
