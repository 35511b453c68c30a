/** Every scope that an API key may carry. */
export const scopes = [
  'profile:read',
  'profile:write',
  'profile:phone',
  'image:read',
  'image:write',
  'messaging:read',
  'messaging:send',
  'messaging:send-any',
  'messaging:codes',
  'messaging:templates',
  'introspection',
] as const;

/** A scope of the closed list. */
export type Scope = (typeof scopes)[number];

/** Whether a text is a scope of the closed list. */
export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}
