import { expect, test } from '@jest/globals';
import { forEachService, serviceNames } from './repository.ts';
import { loadSecrets } from './secrets.ts';
import { type EnvironmentOptions, environmentOf } from './service-environment.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function options(part: Partial<EnvironmentOptions> = {}): Promise<EnvironmentOptions> {
  return {
    inherited: {},
    host: '127.0.0.1',
    ports: { gateway: 1, profile: 2, image: 3, messaging: 4 },
    urls: forEachService((name) => `http://${name}`),
    publicUrl: 'http://localhost:1',
    dataDir: '/data',
    databases: forEachService((name) => `postgresql://${name}`),
    secrets: await loadSecrets(temporaryFolder()),
    settings: {},
    ...part,
  };
}

test('a service gets its own database and private key, and the public keys of all', async () => {
  const given = await options();
  const environment = environmentOf('profile', given);
  expect(environment.DATABASE_URL).toBe('postgresql://profile');
  expect(environment.TMPDIR).toBe('/data/tmp/profile');
  expect(JSON.parse(environment.SIGNING_KEY ?? '')).toEqual(given.secrets.signingKeys.profile);
  const { keys } = JSON.parse(environment.TRUSTED_KEYS ?? '') as { keys: Record<string, string>[] };
  expect(keys.map(({ kid }) => kid?.split(':')[0])).toEqual([...serviceNames]);
  expect(keys.some((key) => 'd' in key)).toBe(false);
});

test('no service sees a secret of another', async () => {
  const given = await options();
  expect(environmentOf('profile', given)).not.toHaveProperty('CODE_HMAC_KEY');
  expect(environmentOf('gateway', given)).not.toHaveProperty('IMAGE_URL_SECRET');
  expect(JSON.stringify(environmentOf('image', given))).not.toContain(given.secrets.signingKeys.gateway.d);
});

test("the user's own settings pass through, the stack's own and npm's do not", async () => {
  const inherited = {
    SENDGRID_API_KEY: 'SG.x',
    LOG_LEVEL: 'warn',
    DATABASE_URL: 'postgresql://admin',
    IMAGE_DATABASE_URL: 'postgresql://image-admin',
    ATRIUM_MODE: 'production',
    npm_lifecycle_event: 'start',
  };
  const environment = environmentOf('image', await options({ inherited }));
  expect(environment).toMatchObject({ SENDGRID_API_KEY: 'SG.x', LOG_LEVEL: 'warn', ATRIUM_MODE: 'development' });
  expect(environment.MALLOC_ARENA_MAX).toBe('2');
  expect(environmentOf('image', await options({ inherited: { MALLOC_ARENA_MAX: '8' } })).MALLOC_ARENA_MAX).toBe('8');
  expect(environment.DATABASE_URL).toBe('postgresql://image');
  expect(environment).not.toHaveProperty('IMAGE_DATABASE_URL');
  expect(environment).not.toHaveProperty('npm_lifecycle_event');
});

test('on one machine only the budget of a number is as small as in production, unless the user says otherwise', async () => {
  const messaging = environmentOf('messaging', await options({ inherited: { SEND_BUDGET_CALLER_HOUR: '7' } }));
  expect(messaging).toMatchObject({ SEND_BUDGET_CALLER_HOUR: '7', SEND_BUDGET_PREFIX_DAY: '1000000' });
  expect(messaging).not.toHaveProperty('SEND_BUDGET_NUMBER_HOUR');
  expect(environmentOf('profile', await options())).not.toHaveProperty('SEND_BUDGET_PREFIX_DAY');
});

test("the caller's settings win, those for one service over those for all", async () => {
  const settings = { all: { LOG_LEVEL: 'silent', A: '1' }, profile: { A: '2' } };
  const given = await options({ inherited: { LOG_LEVEL: 'debug' }, settings });
  expect(environmentOf('profile', given)).toMatchObject({ LOG_LEVEL: 'silent', A: '2' });
  expect(environmentOf('image', given)).toMatchObject({ LOG_LEVEL: 'silent', A: '1' });
});

test('no vendor is told anything, whatever the user’s environment says', async () => {
  const given = await options({ inherited: { APOLLO_TELEMETRY_DISABLED: 'false', CHECKPOINT_DISABLE: '0' } });
  for (const service of serviceNames) {
    expect(environmentOf(service, given)).toMatchObject({
      APOLLO_TELEMETRY_DISABLED: 'true',
      TURBO_TELEMETRY_DISABLED: '1',
      CHECKPOINT_DISABLE: '1',
      DO_NOT_TRACK: '1',
    });
  }
});
