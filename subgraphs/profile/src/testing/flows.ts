import type { PhoneVerificationStatus } from '../domain/user.ts';
import type { ClientOptions, Harness } from './harness.ts';

/** A user as the tests read them. */
export interface UserAnswer {
  id: string;
  name: string;
  phoneNumber: string | null;
  email: string | null;
  country: string;
  location: string | null;
  locale: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
  phoneVerification: { status: PhoneVerificationStatus; codeSentAt: string | null; failure: string | null };
  pendingPhoneChange: { phoneNumber: string; codeSentAt: string | null; codeExpiresAt: string | null } | null;
}

/** The payload of a mutation. */
export interface Payload {
  user: UserAnswer | null;
  userErrors: { code: string; field: string[] | null; message: string }[];
}

const userFields = `id name phoneNumber email country location locale createdAt updatedAt version
  phoneVerification { status codeSentAt failure } pendingPhoneChange { phoneNumber codeSentAt codeExpiresAt }`;
const payloadFields = `{ user { ${userFields} } userErrors { code field message } }`;

/** Runs a mutation that answers with a user, and fails where it answers with an error instead. */
export async function mutate(
  harness: Harness,
  name: 'createUser' | 'updateUser' | 'verifyPhone' | 'changePhoneNumber' | 'resendPhoneVerification',
  input: object,
  options?: ClientOptions,
): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const document = `mutation ($input: ${type}) { payload: ${name}(input: $input) ${payloadFields} }`;
  const answer = await harness.ask<{ payload: Payload | null }>(document, { input }, options);
  if (!answer.data?.payload) throw new Error(JSON.stringify(answer.errors));
  return answer.data.payload;
}

let made = 0;

/** A mobile number of India that no other test has. */
export function freshNumber(): string {
  made += 1;
  return `+9198${String(10_000_000 + made).padStart(8, '0')}`;
}

/** What createUser is told of a person whose number nobody else has. */
export function freshInput(more: object = {}): { name: string; phoneNumber: string; country: string } {
  return { name: 'Asha Rao', phoneNumber: freshNumber(), country: 'IN', ...more };
}

/** A user as createUser made them. */
export async function createdUser(harness: Harness, more: object = {}, options?: ClientOptions): Promise<UserAnswer> {
  const { user, userErrors } = await mutate(harness, 'createUser', freshInput(more), options);
  if (!user) throw new Error(JSON.stringify(userErrors));
  return user;
}

/** A user as `user(id)` shows them; null where there is none. */
export async function readUser(harness: Harness, id: string, options?: ClientOptions): Promise<UserAnswer | null> {
  const answer = await harness.ask<{ user: UserAnswer | null }>(
    `query ($id: ID!) { user(id: $id) { ${userFields} } }`,
    { id },
    options,
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.user;
}

/** Resolves with the user when they have the status. */
export async function untilStatus(harness: Harness, id: string, status: PhoneVerificationStatus): Promise<UserAnswer> {
  for (;;) {
    const user = await readUser(harness, id);
    if (user?.phoneVerification.status === status) return user;
  }
}

/** Resolves when the search knows only words that some user has. */
export async function untilWordsAreForgotten({ sql }: Pick<Harness, 'sql'>): Promise<void> {
  for (;;) {
    const doubts = await sql('SELECT FROM search_vocabulary_doubts');
    if (doubts.length === 0) return;
  }
}

/** The codes of what is to mend, with the last part of each field. */
export function faultsOf({ userErrors }: Pick<Payload, 'userErrors'>): string[] {
  return userErrors.map(({ code, field }) => `${field?.at(-1)} ${code}`);
}
