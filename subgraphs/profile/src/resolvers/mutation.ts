import { changePhoneNumber } from '../domain/change-phone-number.ts';
import { createUser } from '../domain/create-user.ts';
import { createUsers } from '../domain/create-users.ts';
import { deleteUser } from '../domain/delete-user.ts';
import { resendPhoneVerification } from '../domain/resend-phone-verification.ts';
import { updateUser } from '../domain/update-user.ts';
import type { User } from '../domain/user.ts';
import type { Outcome, UserError } from '../domain/user-error.ts';
import { verifyPhone } from '../domain/verify-phone.ts';
import type { MutationResolvers } from './generated/schema.ts';

/** Changes. */
export const Mutation: MutationResolvers = {
  createUser: async (_, { input }, context) => toPayload(await createUser(context, input)),
  createUsers: async (_, { input }, context) => ({ results: await createUsers(context, input) }),
  updateUser: async (_, { input }, context) => toPayload(await updateUser(context, input)),
  changePhoneNumber: async (_, { input }, context) => toPayload(await changePhoneNumber(context, input)),
  resendPhoneVerification: async (_, { input }, context) => toPayload(await resendPhoneVerification(context, input)),
  verifyPhone: async (_, { input }, context) => toPayload(await verifyPhone(context, input)),
  deleteUser: async (_, { input }, context) => {
    const outcome = await deleteUser(context, input);
    return outcome.ok
      ? { deletedUserId: outcome.value, user: null, userErrors: [] }
      : { deletedUserId: null, user: outcome.current ?? null, userErrors: outcome.errors };
  },
};

function toPayload(outcome: Outcome<User>): { user: User | null; userErrors: UserError[] } {
  if (outcome.ok) return { user: outcome.value, userErrors: [] };
  return { user: outcome.current ?? null, userErrors: outcome.errors };
}
