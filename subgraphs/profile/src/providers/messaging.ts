import {
  createBatcher,
  type RequestContext,
  type ServiceClient,
  ServiceUnavailable,
  UnusableAnswer,
} from '@atrium/service-kit';
import type { CodeVerdict, Messaging, PhoneNumberVerdict, VerificationStart } from '../domain/ports.ts';
import { toUserErrorCode } from '../domain/user.ts';
import { operations } from './operations.ts';
import { withinTime } from './within-time.ts';

/** How calls travel. */
export interface MessagingOptions {
  /** The longest that one step may take. */
  readonly timeoutMs: number;
  /** How many calls travel as one, at most. */
  readonly maxBatchSize: number;
}

/** Something to ask for, within a request. */
interface Asked {
  readonly context: RequestContext;
  readonly input: object;
}

/** Messaging over HTTP. Concurrent calls of many callers travel as one. */
export function createMessaging(client: ServiceClient, options: MessagingOptions): Messaging {
  const validate = createCall(client, 'validatePhoneNumbers', toPhoneNumberVerdict, options);
  const start = createCall(client, 'startPhoneVerifications', toVerificationStart, options);
  const check = createCall(client, 'checkPhoneVerification', toCodeVerdict, options);
  return {
    validatePhoneNumber: ({ context, phoneNumber, country, clientId }) =>
      validate({ context, input: { phoneNumber, country, clientId } }),
    startVerification: ({ context, requestId, clientId, user, phoneNumber, comesAgain }) => {
      const { id: userId, name, country, locale } = user;
      const { clientAddress } = context;
      return start({
        context,
        input: { requestId, userId, phoneNumber, name, country, locale, clientId, clientAddress, comesAgain },
      });
    },
    checkCode: ({ context, userId, phoneNumber, code, clientId }) =>
      check({ context, input: { userId, phoneNumber, code, clientId } }),
  };
}

/** A batched call of the operation whose one field has the operation's name and answers a list in order. */
function createCall<Answer, Result>(
  client: ServiceClient,
  operation: keyof typeof operations,
  toResult: (answer: Answer) => Result | undefined,
  { timeoutMs, maxBatchSize }: MessagingOptions,
): (asked: Asked) => Promise<Result> {
  const ask = createBatcher<Asked, Result>(
    async (batch) => {
      const data = await client.execute<Record<string, Answer[]>>({
        query: operations[operation],
        variables: { inputs: batch.map(({ input }) => input) },
        context: contextOf(batch, timeoutMs),
        timeoutMs,
      });
      const answers = data[operation];
      if (answers?.length !== batch.length) throw unusable();
      return answers.map((answer) => toResult(answer) ?? unusable());
    },
    { maxSize: maxBatchSize, concurrency: 8 },
  );
  // A batch waits for its turn while others are under way, and no caller waits longer than a step may take.
  return (asked) => withinTime(asked.context, timeoutMs, () => ask(asked));
}

/** Messaging is there, and what it says of an item means nothing. */
function unusable(): ServiceUnavailable {
  return new ServiceUnavailable('messaging', new UnusableAnswer({ status: 200, body: '' }, undefined));
}

/**
 * A batch belongs to no one request, and the first one's deadline must not cut the others off. It goes on in the first
 * one's trace, because a call has one; each item names the client that it is made for.
 */
function contextOf(batch: Asked[], timeoutMs: number): RequestContext {
  const [first, ...others] = batch as [Asked, ...Asked[]];
  if (others.length === 0) return first.context;
  const { clientId } = first.context;
  return {
    ...first.context,
    clientId: others.every(({ context }) => context.clientId === clientId) ? clientId : undefined,
    clientAddress: undefined,
    deadline: performance.now() + timeoutMs,
  };
}

function toPhoneNumberVerdict(answer: {
  valid: boolean;
  phoneNumber: string | null;
  rejection: string | null;
}): PhoneNumberVerdict | undefined {
  if (answer.rejection !== null) return { rejection: toUserErrorCode(answer.rejection) };
  return answer.valid && answer.phoneNumber !== null ? { phoneNumber: answer.phoneNumber } : undefined;
}

function toVerificationStart(answer: {
  codeSentAt: string | null;
  codeExpiresAt: string | null;
  rejection: string | null;
  retryAfterMs: number | null;
}): VerificationStart | undefined {
  const { codeSentAt, codeExpiresAt, rejection, retryAfterMs } = answer;
  if (rejection !== null) return { rejection: toUserErrorCode(rejection), retryAfterMs: retryAfterMs ?? undefined };
  if (codeSentAt === null || codeExpiresAt === null) return undefined;
  return { codeSentAt: new Date(codeSentAt), codeExpiresAt: new Date(codeExpiresAt) };
}

function toCodeVerdict(answer: {
  accepted: boolean;
  verifiedAt: string | null;
  rejection: string | null;
}): CodeVerdict | undefined {
  const { accepted, verifiedAt, rejection } = answer;
  if (accepted && verifiedAt !== null) return { verifiedAt: new Date(verifiedAt) };
  return rejection === null ? undefined : { rejection: toUserErrorCode(rejection) };
}
