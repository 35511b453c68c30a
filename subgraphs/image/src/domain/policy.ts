import { type Caller, hasScope, PublicError } from '@atrium/service-kit';

/** Lets those pass who may see images: asked for every way in, reference resolvers included. */
export function requireImageRead(caller: Caller): void {
  requireScope(caller, 'image:read');
}

/**
 * Lets those pass who may take in images and choose avatars. A writer sees the image that their own mutation answers
 * with, even without `image:read`: they brought it.
 */
export function requireImageWrite(caller: Caller): void {
  requireScope(caller, 'image:write');
}

function requireScope(caller: Caller, scope: string): void {
  if (hasScope(caller, scope)) return;
  throw new PublicError('UNAUTHORIZED_FIELD_OR_TYPE', `This needs the scope ${scope}. Use a key that has it.`);
}
