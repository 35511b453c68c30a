import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, 'operations', `${name}.graphql`), 'utf8');
}

/** What Profile asks of Messaging, as documents that the contract tests hold against Messaging's schema. */
export const operations = {
  validatePhoneNumbers: read('validate-phone-numbers'),
  startPhoneVerifications: read('start-phone-verifications'),
  checkPhoneVerification: read('check-phone-verification'),
};
