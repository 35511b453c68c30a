import { newId } from '@atrium/service-kit';
import type { RunningMessaging } from './running-messaging.ts';

interface Person {
  userId: string;
  phoneNumber: string | null;
}

/** Has codes sent that prove numbers, as Profile does; each by a request of its own where none is named. */
export async function startPhones(
  messaging: RunningMessaging,
  ...people: (Person & { requestId?: string })[]
): Promise<
  { codeSentAt: string | null; codeExpiresAt: string | null; rejection: string | null; retryAfterMs: number | null }[]
> {
  const inputs = people.map(({ userId, phoneNumber, requestId = newId() }) => ({
    ...{ requestId, userId, phoneNumber },
    ...{ name: 'Asha', country: 'IN', clientId: 'test-client' },
  }));
  const { data, errors } = await messaging.askAsService(
    `mutation ($inputs: [StartPhoneVerificationInput!]!) {
      startPhoneVerifications(inputs: $inputs) { codeSentAt codeExpiresAt rejection retryAfterMs }
    }`,
    { inputs },
  );
  if (errors[0]) throw new Error(errors[0].extensions.code);
  return data.startPhoneVerifications;
}

/** Checks them. */
export async function checkPhones(
  messaging: RunningMessaging,
  ...guesses: (Person & { code: string })[]
): Promise<{ accepted: boolean; verifiedAt: string | null; rejection: string | null }[]> {
  const inputs = guesses.map(({ userId, phoneNumber, code }) => ({
    userId,
    phoneNumber,
    code,
    clientId: 'test-client',
  }));
  const { data, errors } = await messaging.askAsService(
    `mutation ($inputs: [CheckPhoneVerificationInput!]!) {
      checkPhoneVerification(inputs: $inputs) { accepted verifiedAt rejection }
    }`,
    { inputs },
  );
  if (errors[0]) throw new Error(errors[0].extensions.code);
  return data.checkPhoneVerification;
}
