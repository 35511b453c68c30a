import { defineConfig } from 'prisma/config';

// Prisma's schema engine is a download; this one is made of what npm installs, and keeps to the same protocol.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= `${import.meta.dirname}/stack/src/migrations/schema-engine-shim.ts`;
process.env.CHECKPOINT_DISABLE ??= '1';

/** For every service's schema: `prisma generate --schema prisma/profile/schema.prisma`. */
export default defineConfig({
  datasource: process.env.DATABASE_URL ? { url: process.env.DATABASE_URL } : {},
});
