import type { ServiceName } from '../repository.ts';

/** The name of a service's role and of its database. */
export function databaseName(service: ServiceName): string {
  return `atrium_${service}`;
}

/** The setting that names a service's own database. */
export function databaseSetting(service: ServiceName): string {
  return `${service.toUpperCase()}_DATABASE_URL`;
}

/** A URL for the same server with another role, password and database. */
export function urlFor(adminUrl: string, part: { user?: string; password?: string; database: string }): string {
  const url = new URL(adminUrl);
  if (part.user !== undefined) url.username = encodeURIComponent(part.user);
  if (part.password !== undefined) url.password = encodeURIComponent(part.password);
  url.pathname = `/${encodeURIComponent(part.database)}`;
  return url.href;
}
