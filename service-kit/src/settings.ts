import { z } from 'zod';

/** One setting of a process: where it is read from, what it means, and what is accepted. */
export interface Setting<T> {
  readonly env: string;
  readonly meaning: string;
  readonly schema: z.ZodType<T>;
  /** Shown in the settings table; a setting without one must be given. */
  readonly fallback?: string;
  /** Never printed, and without a fallback by construction. */
  readonly secret?: boolean;
  /** The smallest number accepted with NODE_ENV=production, so that a test's value cannot slip into service. */
  readonly productionMinimum?: number;
}

/** The settings of a process by the names that its code uses. */
export type SettingsDefinition = Record<string, Setting<unknown>>;

/** What `readSettings` gives for a definition. */
export type Settings<D extends SettingsDefinition> = {
  readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never;
};

/** Every fault of the environment at once, one line each. */
export class SettingsError extends Error {
  readonly faults: string[];

  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

/** Reads all settings of a process once; throws a SettingsError that names every fault and never a secret's value. */
export function readSettings<D extends SettingsDefinition>(definition: D, env: NodeJS.ProcessEnv): Settings<D> {
  const faults: string[] = [];
  const settings: Record<string, unknown> = {};
  const inProduction = env.NODE_ENV === 'production';
  for (const [name, setting] of Object.entries(definition)) {
    // An empty variable means "not set": that is how shells and compose files unset one.
    const text = env[setting.env] || setting.fallback;
    const parsed = setting.schema.safeParse(text);
    if (!parsed.success) {
      const why = text === undefined ? 'is required' : parsed.error.issues.map((issue) => issue.message).join(', ');
      faults.push(`${setting.env}: ${why} (${setting.meaning})`);
      continue;
    }
    const minimum = setting.productionMinimum;
    if (inProduction && minimum !== undefined && Number(parsed.data) < minimum) {
      faults.push(`${setting.env}: must be at least ${minimum} with NODE_ENV=production`);
    }
    settings[name] = parsed.data;
  }
  if (inProduction && settings.mode === 'development') {
    faults.push('ATRIUM_MODE: development is refused with NODE_ENV=production');
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return settings as Settings<D>;
}

/** A text setting. */
export function text(env: string, meaning: string, fallback?: string): Setting<string> {
  return { env, meaning, schema: z.string().min(1), ...(fallback === undefined ? {} : { fallback }) };
}

/** A whole number within bounds; durations are in milliseconds and sizes in bytes, as the name's unit says. */
export function integer(
  env: string,
  meaning: string,
  options: { fallback?: number; min?: number; max?: number; productionMinimum?: number },
): Setting<number> {
  return {
    env,
    meaning,
    schema: z
      .string()
      .regex(/^-?\d+$/, 'must be a whole number')
      .transform(Number)
      .pipe(
        z
          .number()
          .int()
          .min(options.min ?? 0)
          .max(options.max ?? Number.MAX_SAFE_INTEGER),
      ),
    ...(options.fallback === undefined ? {} : { fallback: String(options.fallback) }),
    ...(options.productionMinimum === undefined ? {} : { productionMinimum: options.productionMinimum }),
  };
}

/** One of a few words. */
export function choice<const W extends string>(
  env: string,
  meaning: string,
  words: readonly W[],
  fallback: W,
): Setting<W> {
  return { env, meaning, schema: z.enum(words as readonly [W, ...W[]]), fallback };
}

/** Items between commas, each judged by itself; none where nothing is given. */
export function list<Item>(
  env: string,
  meaning: string,
  item: z.ZodType<Item, string>,
  fallback?: string,
): Setting<Item[]> {
  const schema = z
    .string()
    .default('')
    .transform((items) =>
      items
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item));
  return { env, meaning, schema, ...(fallback === undefined ? {} : { fallback }) };
}

const httpAddress = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) address' })
  .transform((url) => url.replace(/\/+$/, ''));

/** An absolute http(s) address, without a slash at its end. */
export function address(env: string, meaning: string, fallback?: string): Setting<string> {
  return { env, meaning, schema: httpAddress, ...(fallback === undefined ? {} : { fallback }) };
}

/** The addresses of all instances of a service, with commas between: one or more. */
export function addresses(env: string, meaning: string, fallback?: string): Setting<string[]> {
  const setting = list(env, `${meaning}; several instances with commas between`, httpAddress, fallback);
  return { ...setting, schema: setting.schema.refine(({ length }) => length > 0, 'is required') };
}

const keyBytes = z
  .string()
  .transform((value) => Buffer.from(value, 'base64url'))
  .refine((key) => key.length >= 32, 'must be at least 32 bytes in base64url');

/** 32 or more random bytes in base64url, for keyed hashes and seals. */
export function secretKey(env: string, meaning: string): Setting<Buffer> {
  return { env, meaning, secret: true, schema: keyBytes };
}

/** Such a key that rotates: the one in use, and after commas those that are still held, so that what they made is known. */
export function secretKeys(env: string, meaning: string): Setting<[Buffer, ...Buffer[]]> {
  const { schema } = list(env, meaning, keyBytes);
  return {
    env,
    meaning: `${meaning}; the one in use first, then with commas between those that are still held`,
    secret: true,
    schema: schema.refine(({ length }) => length > 0, 'is required') as z.ZodType<[Buffer, ...Buffer[]]>,
  };
}

/** A secret text, such as a provider's key or a database address. */
export function secretText(env: string, meaning: string): Setting<string> {
  return { env, meaning, secret: true, schema: z.string().min(1) };
}

/** JSON of a known shape. */
export function json<T>(env: string, meaning: string, shape: z.ZodType<T>, options?: { secret?: boolean }): Setting<T> {
  const schema = z.string().transform((value, context): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  });
  return {
    env,
    meaning,
    schema: schema.pipe(shape as z.ZodType<T, unknown>),
    ...(options?.secret ? { secret: true } : {}),
  };
}

/** A setting that may be absent. */
export function optional<T>(setting: Setting<T>): Setting<T | undefined> {
  return { ...setting, schema: setting.schema.optional() };
}

const jwk = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() });

/** A private Ed25519 key as JWK, with the `kid` that names its issuer. */
export type PrivateJwk = z.infer<typeof privateJwk>;
const privateJwk = jwk.extend({ d: z.string() });

/** The public keys that tokens are checked with. */
export type PublicJwks = z.infer<typeof publicJwks>;
const publicJwks = z.object({ keys: z.array(jwk).min(1) });

/** How a process bears with the trouble of the services that it calls. */
export const callSettings = {
  breakerFailures: integer('BREAKER_FAILURES', 'failed calls in a row after which an instance is not called any more', {
    fallback: 5,
    min: 1,
    max: 1_000,
  }),
  breakerProbeMs: integer('BREAKER_PROBE_MS', 'how soon and how often such an instance is asked whether it is back', {
    fallback: 500,
    min: 10,
    max: 60_000,
    productionMinimum: 100,
  }),
} satisfies SettingsDefinition;

/** What every service of the supergraph is told. */
export const commonSettings = {
  mode: choice(
    'ATRIUM_MODE',
    'development opens the developer inbox and the pages for people; refused with NODE_ENV=production',
    ['production', 'development'],
    'production',
  ),
  host: text('HOST', 'the address to listen on', '127.0.0.1'),
  logLevel: choice('LOG_LEVEL', 'how much is logged', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
  metricsToken: optional(
    secretText('METRICS_TOKEN', 'the bearer token for /metrics; without it /metrics is served in development only'),
  ),
  signingKey: json(
    'SIGNING_KEY',
    'this service’s private Ed25519 key as JWK; its kid is `<service>:<any>`',
    privateJwk,
    {
      secret: true,
    },
  ),
  trustedKeys: json('TRUSTED_KEYS', 'the public keys of all services as a JWK set', publicJwks),
  databaseUrl: secretText('DATABASE_URL', 'this service’s own PostgreSQL database'),
  databaseConnections: integer('DATABASE_CONNECTIONS', 'connections kept to the database', {
    fallback: 10,
    min: 2,
    max: 500,
  }),
  drainTimeoutMs: integer('DRAIN_TIMEOUT_MS', 'how long a stopping process finishes what it has begun', {
    fallback: 8_000,
    max: 60_000,
  }),
} satisfies SettingsDefinition;
