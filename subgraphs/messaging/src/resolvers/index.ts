import { DateTime } from '@atrium/service-kit';
import type { Resolvers } from './generated/schema.ts';
import { Message, message } from './message.ts';
import { MessageConnection } from './message-connection.ts';
import {
  deleteMessageTemplate,
  messageTemplates,
  messageTemplateVersions,
  previewMessage,
  upsertMessageTemplate,
} from './message-templates.ts';
import { PhoneNumberValidation, validatePhoneNumber, validatePhoneNumbers } from './phone-numbers.ts';
import { checkPhoneVerification, startPhoneVerifications } from './phone-verifications.ts';
import { sendMessage } from './send-message.ts';
import { User } from './user.ts';

/** Every field that needs more than its parent's property. */
export const resolvers: Resolvers = {
  Query: {
    message,
    validatePhoneNumber,
    validatePhoneNumbers,
    messageTemplates,
    messageTemplateVersions,
    previewMessage,
  },
  Mutation: {
    sendMessage,
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
