import { type Candidate, type Creation, finish, judgeNumber, phoneNumberError, resumeIfUsed } from './create-user.ts';
import type { SaveOutcome, UserStore } from './ports.ts';
import type { User } from './user.ts';
import { type Outcome, refusal } from './user-error.ts';

/** What became of one user of a batch; a `failure` is ours and not the caller's: whether they were saved is not known. */
export type ItemOutcome = Outcome<User> | { readonly failure: unknown };

/** What is known of one user on the way: the outcome already, or what the next step takes. */
export type Step<T> = { readonly outcome: ItemOutcome } | { readonly next: T };

/**
 * Takes users through each step of createUser together, so that they share calls to Messaging and a commit; what one
 * meets is no other's business. Rejects where none of them got anywhere, and with OVERLOADED before anybody is saved.
 */
export async function createTogether(users: UserStore, steps: readonly Step<Creation>[]): Promise<ItemOutcome[]> {
  const fresh = await each<Creation, Creation>(steps, async (creation) => {
    const outcome = await resumeIfUsed(creation);
    return outcome ? { outcome } : { next: creation };
  });
  const judged = await each<Creation, Candidate>(fresh, async (creation) => {
    const outcome = await judgeNumber(creation);
    return outcome.ok ? { next: outcome.value } : { outcome };
  });
  const distinct = firstOfEachNumber(judged);
  const saves = save(users, distinct);
  const finished = await each<Candidate, never>(distinct, async (candidate) => ({
    outcome: await finish(candidate, (await saves.get(candidate)) as SaveOutcome),
  }));
  const outcomes = finished.flatMap((step) => ('outcome' in step ? step.outcome : []));
  const failures = outcomes.filter((outcome) => 'failure' in outcome);
  if (failures[0] && failures.length === outcomes.length) throw failures[0].failure;
  return outcomes;
}

/** Takes those who go on a step further. */
function each<From, To>(steps: readonly Step<From>[], take: (next: From) => Promise<Step<To>>): Promise<Step<To>[]> {
  return Promise.all(
    steps.map(async (step) => {
      if ('outcome' in step) return step;
      try {
        return await take(step.next);
      } catch (failure) {
        return { outcome: { failure } };
      }
    }),
  );
}

function firstOfEachNumber(steps: readonly Step<Candidate>[]): Step<Candidate>[] {
  const wanted = new Set<string>();
  return steps.map((step) => {
    if ('outcome' in step) return step;
    const { phoneNumber } = step.next.newUser;
    if (wanted.has(phoneNumber)) return { outcome: refusal(phoneNumberError('PHONE_NUMBER_TAKEN')) };
    wanted.add(phoneNumber);
    return step;
  });
}

function save(users: UserStore, steps: readonly Step<Candidate>[]): Map<Candidate, Promise<SaveOutcome>> {
  const candidates = steps.flatMap((step) => ('next' in step ? [step.next] : []));
  const saves = users.saveNewUsers(candidates.map(({ newUser }) => newUser));
  return new Map(saves.map((outcome, index) => [candidates[index] as Candidate, outcome]));
}
