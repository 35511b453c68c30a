import { type Caller, hasScope, PublicError } from '@atrium/service-kit';

/** Lets through who may read messages: clients with messaging:read. */
export function mustReadMessages(caller: Caller): void {
  if (!hasScope(caller, 'messaging:read')) throw missingScope('messaging:read');
}

/** Lets through who may send, and answers the client that does: messaging:send, or messaging:send-any, which includes it. */
export function mustSendMessages(caller: Caller): { clientId: string; maySendToAnyone: boolean } {
  const maySendToAnyone = hasScope(caller, 'messaging:send-any');
  if (caller.kind !== 'client' || !(maySendToAnyone || hasScope(caller, 'messaging:send'))) {
    throw missingScope('messaging:send');
  }
  return { clientId: caller.clientId, maySendToAnyone };
}

/** Lets through who may see and change templates, and answers the client that does: messaging:templates. */
export function mustManageTemplates(caller: Caller): { clientId: string } {
  if (caller.kind !== 'client' || !hasScope(caller, 'messaging:templates')) throw missingScope('messaging:templates');
  return { clientId: caller.clientId };
}

/** Lets sister services through, and nobody else. */
export function mustBeService(caller: Caller): void {
  if (caller.kind !== 'service') throw new PublicError('FORBIDDEN', 'Only services may ask this.');
}

/** Lets only the gateway through, which opens the developer inbox to people. */
export function mustBeGateway(caller: Caller): void {
  if (caller.kind !== 'service' || caller.service !== 'gateway') {
    throw new PublicError('FORBIDDEN', 'The developer inbox is read through the gateway.');
  }
}

function missingScope(scope: string): PublicError {
  return new PublicError('UNAUTHORIZED_FIELD_OR_TYPE', `This needs the scope ${scope}. Use a key that has it.`);
}
