import { judgePhoneNumber } from '../domain/judge-phone-number.ts';
import { phoneRejectionSentences } from '../domain/phone-rejection.ts';
import { boundBatch } from './batch.ts';
import type { Resolvers } from './generated/schema.ts';

type Query = NonNullable<Resolvers['Query']>;

/** Query.validatePhoneNumber. */
export const validatePhoneNumber: Query['validatePhoneNumber'] = (_, input, { phonePolicy }) =>
  judgePhoneNumber(input, phonePolicy);

/** Query.validatePhoneNumbers. */
export const validatePhoneNumbers: Query['validatePhoneNumbers'] = (_, { inputs }, { caller, actions }) =>
  actions.validatePhoneNumbers(caller, boundBatch(inputs));

/** The fields of PhoneNumberValidation that are more than the judgement's. */
export const PhoneNumberValidation: NonNullable<Resolvers['PhoneNumberValidation']> = {
  message: ({ rejection }) => rejection && phoneRejectionSentences[rejection],
};
