// The table is the bench's own. The schema engine, which would be a download, is not needed to generate the client.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= '/bin/true';
import { defineConfig } from 'prisma/config';

export default defineConfig({ schema: 'schema.prisma' });
