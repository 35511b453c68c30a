import { resolve } from 'node:path';
import { z } from 'zod';
import type { DatabaseChoice } from './databases.ts';
import { defaultDataDir, type ServiceName } from './repository.ts';
import { StackError } from './stack-error.ts';

const portNumber = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535, 'must be from 1 to 65535')
  .transform(Number);
const port = (preset: number) => portNumber.default(preset);
const databaseUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must look like postgresql://user:password@host:5432/name',
});

const schema = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('the address that everything binds to'),
  PORT: port(4000).describe("the gateway's port"),
  PROFILE_PORT: port(4001).describe("Profile's port"),
  IMAGE_PORT: port(4002).describe("Image's port"),
  MESSAGING_PORT: port(4003).describe("Messaging's port"),
  POSTGRES_PORT: portNumber.optional().describe("the port of the stack's own PostgreSQL; a free one where not set"),
  DATA_DIR: z.string().min(1).default(defaultDataDir).describe('the folder for everything that a stack keeps'),
  DATABASE_URL: databaseUrl
    .optional()
    .describe('a PostgreSQL >= 14 of your own whose role may create roles and databases'),
  GATEWAY_DATABASE_URL: databaseUrl.optional().describe("the gateway's database, used as it is"),
  PROFILE_DATABASE_URL: databaseUrl.optional().describe("Profile's database, used as it is"),
  IMAGE_DATABASE_URL: databaseUrl.optional().describe("Image's database, used as it is"),
  MESSAGING_DATABASE_URL: databaseUrl.optional().describe("Messaging's database, used as it is"),
});

/** The stack's own settings; the services' pass through to them. */
export type Settings = DatabaseChoice & {
  host: string;
  dataDir: string;
  ports: Record<ServiceName, number> & { postgres?: number };
};

/** What the stack reads from the environment: each setting's name, default and meaning. */
export const settingsSchema = schema;

/** Parses the stack's settings; all faults are reported together, in one line. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new StackError(`broken settings: ${faults.join('; ')}`);
  }
  const { data } = parsed;
  return {
    host: data.HOST,
    dataDir: resolve(data.DATA_DIR),
    ports: {
      gateway: data.PORT,
      profile: data.PROFILE_PORT,
      image: data.IMAGE_PORT,
      messaging: data.MESSAGING_PORT,
      ...(data.POSTGRES_PORT && { postgres: data.POSTGRES_PORT }),
    },
    databaseUrl: data.DATABASE_URL,
    databaseUrls: {
      gateway: data.GATEWAY_DATABASE_URL,
      profile: data.PROFILE_DATABASE_URL,
      image: data.IMAGE_DATABASE_URL,
      messaging: data.MESSAGING_DATABASE_URL,
    },
  };
}

/** The environment that services inherit. */
export const inheritedEnvironment = (): NodeJS.ProcessEnv => process.env;
