/** A PostgreSQL address in the parts that drivers take. A whole connection string makes Prisma's adapter ignore `database`. */
export function parseDatabaseUrl(databaseUrl: string): {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  ssl?: { rejectUnauthorized: boolean };
} {
  const url = new URL(databaseUrl);
  const sslMode = url.searchParams.get('sslmode');
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    ...(sslMode && sslMode !== 'disable' ? { ssl: { rejectUnauthorized: sslMode !== 'require' } } : {}),
  };
}
