import { newId } from '@atrium/service-kit';
import type { RunningMessaging } from './running-messaging.ts';

/** What startPhoneVerifications answers for one request. */
export interface Started {
  requestId: string;
  codeSentAt: string | null;
  rejection: string | null;
  retryAfterMs: number | null;
}

/** A request for a code. */
export interface SendRequest {
  requestId: string;
  userId: string;
  phoneNumber: string;
  clientId: string;
  clientAddress?: string;
  comesAgain?: boolean;
}

const startMutation = `mutation ($inputs: [StartPhoneVerificationInput!]!) {
  startPhoneVerifications(inputs: $inputs) { requestId codeSentAt rejection retryAfterMs }
}`;
const checkMutation = `mutation ($inputs: [CheckPhoneVerificationInput!]!) {
  checkPhoneVerification(inputs: $inputs) { accepted rejection }
}`;

let made = 0;

/** A request of a new user for a number that nobody else has; its prefix is +9198765 unless another is given. */
export function sendRequest(over: Partial<SendRequest> = {}, prefix = '+9198765'): SendRequest {
  const phoneNumber = prefix + String(made++).padStart(13 - prefix.length, '0');
  return { requestId: newId(), userId: newId(), phoneNumber, clientId: 'caller', ...over };
}

/** Asks for codes in one batch. */
export async function startSends(messaging: RunningMessaging, requests: SendRequest[]): Promise<Started[]> {
  const inputs = requests.map((request) => ({ name: 'Asha', country: 'IN', ...request }));
  const { data, errors } = await messaging.askAsService(startMutation, { inputs });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.startPhoneVerifications;
}

/** Types in the code that arrived, or another one. */
export async function verifySend(
  messaging: RunningMessaging,
  { userId, phoneNumber }: Pick<SendRequest, 'userId' | 'phoneNumber'>,
  as: 'right' | 'wrong' = 'right',
): Promise<boolean> {
  const { code: right } = await messaging.arrival(phoneNumber);
  const code = as === 'right' ? right : String((Number(right) + 1) % 1_000_000).padStart(6, '0');
  const inputs = [{ userId, phoneNumber, code, clientId: 'caller' }];
  const { data } = await messaging.askAsService(checkMutation, { inputs });
  return data.checkPhoneVerification[0].accepted;
}

/** Lets time pass for budgets and breakers. */
export async function passTime({ database }: RunningMessaging, seconds: number): Promise<void> {
  await database.query(
    `UPDATE send_counts SET
       hour_bucket = hour_bucket - ceil($1::float8 / 60), day_bucket = day_bucket - floor($1::float8 / 3600),
       open_since = open_since - $1 * interval '1 second', round_began_at = round_began_at - $1 * interval '1 second',
       closed_at = closed_at - $1 * interval '1 second'`,
    [seconds],
  );
  await database.query("UPDATE challenges SET created_at = created_at - $1 * interval '1 second'", [seconds]);
}

/** How many may be sent. */
export function countSent(started: Started[]): number {
  return started.filter(({ rejection }) => rejection === null).length;
}
