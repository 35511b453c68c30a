import { generateKeyPairSync } from 'node:crypto';
import { SettingsError } from '@atrium/service-kit';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'messaging:test' };
const key = Buffer.alloc(32, 1).toString('base64url');
const development = {
  ATRIUM_MODE: 'development',
  DATABASE_URL: 'postgresql://a:b@127.0.0.1/messaging',
  SIGNING_KEY: JSON.stringify(jwk),
  TRUSTED_KEYS: JSON.stringify({ keys: [jwk] }),
  CODE_HMAC_KEY: key,
  NUMBER_HMAC_KEY: key,
  MESSAGE_SEAL_KEY: key,
  IDEMPOTENCY_HMAC_KEY: key,
};

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig({ ...development, ...env });
    return [];
  } catch (error) {
    return error instanceof SettingsError
      ? error.faults.map((fault) => fault.split(':', 1)[0] ?? '')
      : ['not a SettingsError'];
  }
}

describe('settings', () => {
  test('development needs nothing but keys and a database', () => {
    expect(readConfig(development)).toMatchObject({
      smsProviders: ['developer-inbox'],
      emailProviders: ['developer-inbox'],
      codeLifetimeMs: 600_000,
      codeMaxTries: 5,
      testNumberCode: '000000',
    });
  });

  test('the developer inbox exists in development only', () => {
    const production = { ATRIUM_MODE: 'production' };
    expect(faultsOf({ ATRIUM_MODE: '' })).toEqual(['SMS_PROVIDERS', 'EMAIL_PROVIDERS']);
    expect(faultsOf({ ...production, SMS_PROVIDERS: 'none' })).toEqual(['EMAIL_PROVIDERS']);
    expect(faultsOf({ ...production, EMAIL_PROVIDERS: 'none' })).toEqual(['SMS_PROVIDERS']);
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual(['ATRIUM_MODE']);
  });

  test('production starts with SendGrid for e-mail', () => {
    const production = {
      NODE_ENV: 'production',
      ATRIUM_MODE: 'production',
      SMS_PROVIDERS: 'none',
      EMAIL_PROVIDERS: 'sendgrid',
    };
    expect(faultsOf(production)).toEqual(['SENDGRID_API_KEY', 'EMAIL_FROM']);
    expect(faultsOf({ ...production, SENDGRID_API_KEY: 'SG.x', EMAIL_FROM: 'no-reply@atrium.test' })).toEqual([]);
  });

  test('production starts with Twilio for SMS and a mail server for e-mail', () => {
    const production = { NODE_ENV: 'production', ATRIUM_MODE: 'production' };
    const chosen = { ...production, SMS_PROVIDERS: 'twilio', EMAIL_PROVIDERS: 'smtp' };
    const needed = ['SMTP_URL', 'EMAIL_FROM', 'TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'];
    expect(faultsOf(chosen)).toEqual(needed);
    const twilio = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'x', TWILIO_FROM: '+15005550006' };
    const smtp = { SMTP_URL: 'smtps://a:b@mail.test', EMAIL_FROM: 'no-reply@atrium.test' };
    expect(faultsOf({ ...chosen, ...twilio, ...smtp })).toEqual([]);
    expect(faultsOf({ SMTP_URL: 'https://mail.test' })).toEqual(['SMTP_URL']);
  });

  test('a policy that was given as settings is not lost in silence', () => {
    expect(faultsOf({ PHONE_NUMBER_ALLOWED_TYPES: 'MOBILE' })).toEqual(['PHONE_NUMBER_ALLOWED_TYPES']);
    expect(faultsOf({ PHONE_NUMBER_DENIED_COUNTRIES: 'KP', PHONE_NUMBER_DENIED_PREFIXES: '+4470' })).toEqual([
      'PHONE_NUMBER_DENIED_COUNTRIES',
      'PHONE_NUMBER_DENIED_PREFIXES',
    ]);
  });

  test('a code that anyone knows is refused outside of development', () => {
    const production = { ATRIUM_MODE: 'production', SMS_PROVIDERS: 'none', EMAIL_PROVIDERS: 'none' };
    expect(faultsOf(production)).toEqual([]);
    expect(faultsOf({ ...production, TEST_NUMBER_CODE: '123456' })).toEqual(['TEST_NUMBER_CODE']);
    expect(faultsOf({ TEST_NUMBER_CODE: '123456' })).toEqual([]);
    expect(faultsOf({ TEST_NUMBER_CODE: '12345' })).toEqual(['TEST_NUMBER_CODE']);
  });

  test('no subscriber takes the name of a service, whose door a token made for it would open', () => {
    const named = (names: string) => faultsOf({ BREAKER_SUBSCRIBERS: names });
    expect(named('pager=https://pager.test,log:breaker.opened=http://log.test')).toEqual([]);
    for (const service of ['gateway', 'profile', 'image', 'messaging']) {
      expect(named(`${service}=https://pager.test`)).toEqual(['BREAKER_SUBSCRIBERS']);
    }
    expect(named('pager=https://one.test,pager=https://two.test')).toEqual(['BREAKER_SUBSCRIBERS']);
  });

  test('a wrong address is refused', () => {
    expect(faultsOf({ EMAIL_FROM: 'nobody' })).toEqual(['EMAIL_FROM']);
  });

  test('times that only tests use are refused in production', () => {
    const production = {
      NODE_ENV: 'production',
      ATRIUM_MODE: 'production',
      SMS_PROVIDERS: 'none',
      EMAIL_PROVIDERS: 'none',
    };
    const short = { CODE_LIFETIME_MS: '1000', CODE_COOL_DOWN_MS: '0', CODE_GUESS_WINDOW_MS: '1000' };
    expect(faultsOf({ ...production, ...short, DELIVERY_FIRST_PAUSE_MS: '1' })).toEqual([
      'CODE_LIFETIME_MS',
      'CODE_COOL_DOWN_MS',
      'CODE_GUESS_WINDOW_MS',
      'DELIVERY_FIRST_PAUSE_MS',
    ]);
    const hasty = { PROVIDER_TIMEOUT_MS: '5', DELIVERY_LONGEST_PAUSE_MS: '1', FAILED_TEXT_LIFETIME_MS: '1' };
    expect(faultsOf({ ...production, ...hasty })).toEqual(Object.keys(hasty));
    expect(faultsOf(hasty)).toEqual([]);
  });
});
