import { PublicError } from '@atrium/service-kit';
import { createTogether, type ItemOutcome, type Step } from './create-together.ts';
import { type Creation, phoneNumberError } from './create-user.ts';
import { mayWriteUsers } from './policy.ts';
import { type BatchRefusals, type Invocation, isNotNow } from './ports.ts';
import { type CreateUserInput, readCreateUserInput } from './read-create-user-input.ts';
import type { UserErrorCode } from './user.ts';
import { refusal, type UserError } from './user-error.ts';
import { keyConflict } from './user-of-key.ts';

/** Whom to create. */
export interface CreateUsersInput {
  readonly users: readonly Omit<CreateUserInput, 'idempotencyKey'>[];
  readonly idempotencyKey?: string | null;
}

const maxUsers = 100;

/**
 * Creates users as createUser does, together, and answers what became of each in order. An idempotency key belongs to
 * one list of users: a repeat answers with the users that the first call made, goes on where that was cut off, and
 * refuses again whose number was refused.
 */
export async function createUsers(invocation: Invocation, input: CreateUsersInput): Promise<ItemOutcome[]> {
  const { caller, request, dependencies } = invocation;
  const { clientId } = mayWriteUsers(caller);
  const { users: items, idempotencyKey: key = null } = input;
  if (items.length > maxUsers) throw tooMany(items.length);

  const { users, idempotency, limits } = dependencies;
  const read = items.map((item) => readCreateUserInput({ ...item, idempotencyKey: key }));
  const context = { ...request, deadline: Math.min(request.deadline, performance.now() + limits.createTimeoutMs) };
  const isWanted = read.some(({ ok }) => ok);
  const batch = key !== null && isWanted ? idempotency.batchFingerprint(clientId, key, items) : undefined;

  function create(refused?: BatchRefusals): Promise<ItemOutcome[]> {
    const steps = read.map((judged, place): Step<Creation> => {
      if (!judged.ok) return { outcome: judged };
      const code = refused?.get(place);
      if (code) return { outcome: refusal(phoneNumberError(code)) };
      return { next: { dependencies, input: judged.value, clientId, context, fingerprint: batch?.items[place] } };
    });
    return createTogether(users, steps);
  }

  if (!batch) return atTheirPlaces(await create());
  const outcomes = await idempotency.once(batch, async () => {
    const refused = await users.bindBatchKey(batch);
    if (!refused) return items.map(() => refusal(keyConflict()));
    const created = await create(refused);
    const refusals = refusalsOfNumbers(created.map((outcome, place) => (read[place]?.ok ? outcome : undefined)));
    if (refusals.size > refused.size) await users.recordRefusals(batch, refusals);
    return created;
  });
  return atTheirPlaces(outcomes);
}

function tooMany(count: number): PublicError {
  const message = `At most ${maxUsers} users are created at once, and these are ${count}. Send them in parts.`;
  return new PublicError('BAD_USER_INPUT', message);
}

/** Those whose own input was in order, and whose number was not; what is refused for the moment may be asked for again. */
function refusalsOfNumbers(outcomes: readonly (ItemOutcome | undefined)[]): BatchRefusals {
  const refusals = new Map<number, UserErrorCode>();
  for (const [place, outcome] of outcomes.entries()) {
    const [error] = outcome && 'errors' in outcome ? outcome.errors : [];
    if (error && isAboutItem(error) && !isNotNow(error.code)) refusals.set(place, error.code);
  }
  return refusals;
}

/** The ways to the input fields lead through the list. */
function atTheirPlaces(outcomes: readonly ItemOutcome[]): ItemOutcome[] {
  return outcomes.map((outcome, place) => {
    if (!('errors' in outcome)) return outcome;
    const errors = outcome.errors.map((error) =>
      isAboutItem(error) ? { ...error, field: fieldAt(error, place) } : error,
    );
    return { ...outcome, errors };
  });
}

function fieldAt({ field }: UserError, place: number): string[] {
  return ['input', 'users', String(place), ...(field ?? []).slice(1)];
}

function isAboutItem({ field }: UserError): boolean {
  return field !== null && field.at(-1) !== 'idempotencyKey';
}
