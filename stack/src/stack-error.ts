/** A fault that the person who starts the stack can mend: shown as one line, without a stack trace. */
export class StackError extends Error {
  override name = 'StackError';
}

/** The message of whatever was thrown, in one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split('\n').find((line) => line.trim() !== '') ?? message;
}
