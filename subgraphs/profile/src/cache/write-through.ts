import type { SaveOutcome, UserStore, VerificationStore } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import type { UserCache } from './user-cache.ts';

/** The store, with what this process writes known to the cache before whoever wrote it is answered. */
export function writeUsersThrough(users: UserStore, cache: UserCache): UserStore {
  return {
    ...users,
    saveNewUser: (user) => writeThrough(cache, users.saveNewUser(user), savedUser),
    saveNewUsers: (created) => users.saveNewUsers(created).map((saving) => writeThrough(cache, saving, savedUser)),
    updateUser: (change) =>
      writeThrough(cache, users.updateUser(change), (outcome) =>
        outcome.kind === 'updated' ? outcome.user : undefined,
      ),
    changePhoneNumber: (change) =>
      writeThrough(cache, users.changePhoneNumber(change), (outcome) =>
        outcome.kind === 'pending' ? outcome.user : undefined,
      ),
    async deleteUser(deletion) {
      const outcome = await users.deleteUser(deletion);
      if (outcome.kind === 'deleted') cache.deleted(deletion.id);
      return outcome;
    },
  };
}

function savedUser(outcome: SaveOutcome): User | undefined {
  return outcome.kind === 'saved' ? outcome.user : undefined;
}

/** The same for the proofs of phone numbers. */
export function writeVerificationsThrough(verifications: VerificationStore, cache: UserCache): VerificationStore {
  return {
    ...verifications,
    recordStart: (record, start) => writeThrough(cache, verifications.recordStart(record, start), (user) => user),
    recordVerified: (proof) => writeThrough(cache, verifications.recordVerified(proof), (user) => user),
    exchangePhoneNumber: (proof) => writeThrough(cache, verifications.exchangePhoneNumber(proof), (user) => user),
    requestCodeAgain: (request) =>
      writeThrough(cache, verifications.requestCodeAgain(request), (outcome) =>
        outcome.kind === 'requested' ? outcome.user : undefined,
      ),
  };
}

async function writeThrough<Outcome>(
  cache: UserCache,
  write: Promise<Outcome>,
  writtenBy: (outcome: Outcome) => User | undefined,
): Promise<Outcome> {
  // The write has only just been called for: whatever it reads, it reads later than this.
  const since = performance.now();
  const outcome = await write;
  const user = writtenBy(outcome);
  if (user) cache.wrote(user, since);
  return outcome;
}
