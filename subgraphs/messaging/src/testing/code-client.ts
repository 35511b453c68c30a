import type { RunningMessaging } from './running-messaging.ts';

interface UserError {
  code: string;
  field: string[];
  message: string;
}

/** A client that logs people in. */
export interface CodeClient {
  send(
    userId: string,
    input?: object,
  ): Promise<{ codeSentAt: string | null; codeExpiresAt: string | null; userErrors: UserError[] }>;
  check(userId: string, code: string, purpose?: string): Promise<{ accepted: boolean | null; userErrors: UserError[] }>;
  /** `COOL_DOWN input.userId` */
  named(errors: UserError[]): string[];
}

const sendMutation = `mutation ($input: SendOneTimeCodeInput!) {
  sendOneTimeCode(input: $input) { codeSentAt codeExpiresAt userErrors { code field message } }
}`;
const checkMutation = `mutation ($input: CheckOneTimeCodeInput!) {
  checkOneTimeCode(input: $input) { accepted userErrors { code field message } }
}`;

/** Opens one; a call that is refused as a whole rejects with the error's code. */
export function openCodeClient(
  messaging: RunningMessaging,
  options: { clientId: string; scopes: string[]; clientAddress?: string },
): CodeClient {
  async function ask(query: string, input: object) {
    const { data, errors } = await messaging.ask(query, { input }, options);
    const [error] = errors;
    if (error) throw new Error(error.extensions.code);
    return data;
  }
  return {
    send: async (userId, input = {}) =>
      (await ask(sendMutation, { userId, purpose: 'LOGIN', ...input })).sendOneTimeCode,
    check: async (userId, code, purpose = 'LOGIN') =>
      (await ask(checkMutation, { userId, purpose, code })).checkOneTimeCode,
    named: (errors) => errors.map(({ code, field }) => `${code} ${field.join('.')}`),
  };
}
