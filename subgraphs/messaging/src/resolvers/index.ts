import { DateTime } from '@atrium/service-kit';
import type { Resolvers } from './generated/schema.ts';
import { Message, message } from './message.ts';
import { MessageConnection } from './message-connection.ts';
import { messageStats } from './message-stats.ts';
import {
  deleteMessageTemplate,
  messageTemplates,
  messageTemplateVersions,
  previewMessage,
  upsertMessageTemplate,
} from './message-templates.ts';
import { checkOneTimeCode, sendOneTimeCode } from './one-time-codes.ts';
import { PhoneNumberValidation, validatePhoneNumber, validatePhoneNumbers } from './phone-numbers.ts';
import { checkPhoneVerification, startPhoneVerifications } from './phone-verifications.ts';
import { sendMessage } from './send-message.ts';
import { User } from './user.ts';

/** Every field that needs more than its parent's property. */
export const resolvers: Resolvers = {
  Query: {
    message,
    messageStats,
    validatePhoneNumber,
    validatePhoneNumbers,
    messageTemplates,
    messageTemplateVersions,
    previewMessage,
  },
  Mutation: {
    sendMessage,
    sendOneTimeCode,
    checkOneTimeCode,
    startPhoneVerifications,
    checkPhoneVerification,
    upsertMessageTemplate,
    deleteMessageTemplate,
  },
  User,
  Message,
  MessageConnection,
  PhoneNumberValidation,
  DateTime,
};
