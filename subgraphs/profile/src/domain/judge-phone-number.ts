import type { RequestContext } from '@atrium/service-kit';
import { isAway } from './away.ts';
import { judgePhoneNumberForm, type PhoneNumberForm } from './phone-number.ts';
import type { Messaging } from './ports.ts';

/** A number as it was typed, and where it is read. */
interface Question {
  readonly phoneNumber: string;
  readonly country: string;
  readonly clientId: string;
  readonly context: RequestContext;
}

/** Messaging's word counts; while it is away the form alone does, and Messaging judges again before a code is sent. */
export async function judgePhoneNumber(
  messaging: Messaging,
  question: Question,
): Promise<{ verdict: PhoneNumberForm; messagingAway: boolean }> {
  try {
    return { verdict: await messaging.validatePhoneNumber(question), messagingAway: false };
  } catch (error) {
    if (!isAway(error)) throw error;
    return { verdict: judgePhoneNumberForm(question.phoneNumber, question.country), messagingAway: true };
  }
}
