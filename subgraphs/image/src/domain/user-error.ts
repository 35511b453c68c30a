/** The codes by which Image tells a caller what to mend. */
export type UserErrorCode =
  | 'REQUIRED'
  | 'TOO_LONG'
  | 'INVALID_FORMAT'
  | 'OUT_OF_RANGE'
  | 'NOT_FOUND'
  | 'IDEMPOTENCY_CONFLICT'
  | 'EXACTLY_ONE_REQUIRED'
  | 'IMAGE_TYPE_NOT_ALLOWED'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_TOO_MANY_PIXELS'
  | 'IMAGE_TOO_MANY_FRAMES'
  | 'IMAGE_CORRUPT'
  | 'IMAGE_URL_NOT_ALLOWED'
  | 'IMAGE_URL_UNREACHABLE';

/** Something the caller can mend; the message says how. */
export interface UserError {
  code: UserErrorCode;
  field: string[];
  message: string;
}

/** A user error about one field of the mutation's input. */
export function inputError(field: string, code: UserErrorCode, message: string): UserError {
  return { code, field: ['input', field], message };
}

/** The one error for a user who does not exist, or does no longer. */
export function unknownUser(): UserError {
  return inputError('userId', 'NOT_FOUND', 'There is no user with this id. Create the user first.');
}

/** A picture that is not taken in, thrown wherever that is found out; its message says what to send instead. */
export class PictureRefusal extends Error {
  readonly code: UserErrorCode;

  constructor(code: UserErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PictureRefusal';
    this.code = code;
  }
}

/** The refusal of bytes over the limit, the same whichever way they came. */
export function tooLarge(maxBytes: number): PictureRefusal {
  return new PictureRefusal('IMAGE_TOO_LARGE', `The picture has more than ${megabytes(maxBytes)}. Send a smaller one.`);
}

function megabytes(bytes: number): string {
  const mebibytes = bytes / 1_048_576;
  return mebibytes >= 1 ? `${Math.floor(mebibytes * 10) / 10} MB` : `${bytes} bytes`;
}
