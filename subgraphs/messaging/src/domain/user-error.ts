/** The codes of the closed list that Messaging answers with. */
export type UserErrorCode =
  | 'REQUIRED'
  | 'TOO_LONG'
  | 'INVALID_FORMAT'
  | 'NOT_FOUND'
  | 'NOT_ALLOWED'
  | 'IDEMPOTENCY_CONFLICT'
  | 'EXACTLY_ONE_REQUIRED'
  | 'PHONE_NUMBER_INVALID'
  | 'PHONE_NUMBER_WRONG_COUNTRY'
  | 'PHONE_NUMBER_TYPE_NOT_ALLOWED'
  | 'PHONE_NUMBER_BLOCKED'
  | 'COUNTRY_UNKNOWN'
  | 'EMAIL_INVALID'
  | 'LOCALE_INVALID'
  | 'CODE_WRONG'
  | 'CODE_EXPIRED'
  | 'CODE_USED_UP'
  | 'CODE_NOT_SENT'
  | 'TEMPLATE_UNKNOWN'
  | 'TEMPLATE_INVALID'
  | 'VARIABLE_MISSING'
  | 'VARIABLE_UNKNOWN'
  | 'OPERATION_CARRIES_CODE'
  | 'RECIPIENT_SUPPRESSED';

/** Something that the caller can mend. */
export interface UserError {
  readonly code: UserErrorCode;
  readonly field: string[];
  readonly message: string;
}

/** Carries userErrors out of the judgement of an input; the action turns it into its outcome. */
export class InputRefused extends Error {
  readonly userErrors: UserError[];

  constructor(userErrors: UserError[]) {
    super('input refused');
    this.name = 'InputRefused';
    this.userErrors = userErrors;
  }
}

/** An InputRefused for one field of `input`. */
export function refused(code: UserErrorCode, field: string | string[], message: string): InputRefused {
  return new InputRefused([{ code, field: ['input', ...[field].flat()], message }]);
}
