import { type Caller, type ClientCaller, hasScope, PublicError } from '@atrium/service-kit';

/**
 * Who may do what. Clients of the public graph act by their scopes. A sister service asks `contacts` and nothing else:
 * what it shows to clients, the gateway fetches here in the client's own name. Whoever creates or changes a user reads
 * that user in the payload with `profile:write` alone, because they have just written what they see; the phone number
 * needs `profile:phone` everywhere.
 */
function requireScope(caller: Caller, scope: string): ClientCaller {
  if (caller.kind === 'client' && hasScope(caller, scope)) return caller;
  throw new PublicError('UNAUTHORIZED_FIELD_OR_TYPE', `This needs the scope ${scope}. Use a key that has it.`);
}

/** Who may look users up. */
export function mayReadUsers(caller: Caller): ClientCaller {
  return requireScope(caller, 'profile:read');
}

/** Who may create, change, verify and delete users. */
export function mayWriteUsers(caller: Caller): ClientCaller {
  return requireScope(caller, 'profile:write');
}

/** Who may see a user's phone numbers, the pending one included, and find users by them. */
export function mayReadPhoneNumber(caller: Caller): ClientCaller {
  return requireScope(caller, 'profile:phone');
}

/** Who may ask how to reach people: the sister services alone. */
export function mayReadContacts(caller: Caller): void {
  if (caller.kind === 'service') return;
  throw new PublicError('FORBIDDEN', 'Only services may ask for contacts.');
}
