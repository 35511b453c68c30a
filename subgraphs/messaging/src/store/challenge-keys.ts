import type { ChallengeKey } from '../domain/ports.ts';
import { Prisma } from './generated/client.ts';

/** Keys as a table of their own, `wanted`, each once. */
export function wantedKeys(keys: readonly ChallengeKey[]): Prisma.Sql {
  return Prisma.sql`(
    SELECT DISTINCT * FROM unnest(
      ${keys.map(({ userId }) => userId)}::uuid[], ${keys.map(({ purpose }) => purpose)}::text[],
      ${keys.map(({ boundTo }) => boundTo)}::text[]
    ) AS key (user_id, purpose, bound_to)
  ) AS wanted`;
}
