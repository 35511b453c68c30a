import { judgePhoneNumber } from '../domain/judge-phone-number.ts';
import { mustBeService } from '../domain/policy.ts';
import { boundBatch } from './batch.ts';
import type { Resolvers } from './generated/schema.ts';

type Query = NonNullable<Resolvers['Query']>;

/** Query.validatePhoneNumber. */
export const validatePhoneNumber: Query['validatePhoneNumber'] = (_, input, { phonePolicy }) =>
  judgePhoneNumber(input, phonePolicy);

/** Query.validatePhoneNumbers. */
export const validatePhoneNumbers: Query['validatePhoneNumbers'] = (_, { inputs }, { caller, phonePolicy }) => {
  mustBeService(caller);
  return boundBatch(inputs).map((input) => judgePhoneNumber(input, phonePolicy));
};
