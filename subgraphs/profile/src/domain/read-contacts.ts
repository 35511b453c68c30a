import { isId, PublicError } from '@atrium/service-kit';
import { mayReadContacts } from './policy.ts';
import type { Invocation } from './ports.ts';
import type { User } from './user.ts';

/** What a sister service needs to reach a person. */
export interface Contact {
  readonly userId: string;
  readonly name: string;
  readonly phoneNumber: string | null;
  readonly phoneVerified: boolean;
  readonly email: string | null;
  readonly country: string;
  readonly locale: string | null;
  readonly version: number;
}

const maxIds = 1_000;

/** The contact of each id, in order; null where there is no such user. */
export async function readContacts(invocation: Invocation, ids: readonly string[]): Promise<(Contact | null)[]> {
  mayReadContacts(invocation.caller);
  if (ids.length > maxIds) throw new PublicError('BAD_USER_INPUT', `Ask for at most ${maxIds} contacts at once.`);
  return Promise.all(
    ids.map(async (id) => {
      const user = isId(id) ? await invocation.loadUser(id.toLowerCase()) : undefined;
      return user ? toContact(user) : null;
    }),
  );
}

function toContact(user: User): Contact {
  const { id: userId, name, email, country, locale, version, phoneVerification } = user;
  // A number that was refused or taken over is not theirs, and nothing may be sent to it in their name.
  const phoneNumber = phoneVerification.status === 'FAILED' ? null : user.phoneNumber;
  const phoneVerified = phoneVerification.status === 'VERIFIED';
  return { userId, name, phoneNumber, phoneVerified, email, country, locale, version };
}
