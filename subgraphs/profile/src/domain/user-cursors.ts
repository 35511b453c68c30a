import { createSealer, PublicError } from '@atrium/service-kit';
import type { Position, UserOrder } from './user-query.ts';

/** Positions in lists of users, as clients keep them. */
export interface UserCursors {
  write(order: UserOrder, position: Position): string;
  /** Throws BAD_USER_INPUT where it is no cursor, or one of another order. */
  read(argument: 'after' | 'before', cursor: string, order: UserOrder): Position;
}

/**
 * Cursors hold what the list is ordered by, so that they keep their place when the user there is renamed or deleted. That
 * may be a name, and cursors end up in addresses and logs: hence they are sealed.
 */
export function createUserCursors(key: Buffer): UserCursors {
  const sealer = createSealer(key, 'cursors of users');
  return {
    write: ({ field, direction }, { values, id }) => sealer.seal(JSON.stringify([field, direction, values, id])),
    read(argument, cursor, order) {
      const opened = sealer.open(cursor);
      if (opened === undefined) {
        throw new PublicError('BAD_USER_INPUT', `${argument} is not a cursor of this list. Use one from pageInfo.`);
      }
      const [field, direction, values, id] = JSON.parse(opened) as [string, string, Position['values'], string];
      if (field !== order.field || direction !== order.direction) {
        throw new PublicError(
          'BAD_USER_INPUT',
          `${argument} is a cursor of another order (${field} ${direction}). Ask in that order, or start without it.`,
        );
      }
      return { values, id };
    },
  };
}
