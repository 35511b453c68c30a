import { createServiceClient, type ServiceClient, type TokenIssuer } from '@atrium/service-kit';
import type { ProfileSettings } from '../config.ts';

/**
 * Clients of the subscribers that the settings name: batches go to the very address that is given, each with a token of
 * Profile's for an audience of the subscriber's name.
 */
export function openSubscribers(
  settings: ProfileSettings,
  issuer: TokenIssuer,
  onRecover: (name: string) => void,
): [name: string, client: ServiceClient][] {
  return settings.eventSubscribers.map(({ name, url }) => [
    name,
    createServiceClient(name, url, issuer, { ...settings, eventsPath: '', onRecover: () => onRecover(name) }),
  ]);
}
