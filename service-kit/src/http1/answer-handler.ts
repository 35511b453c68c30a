/** What ends a call that is on its way. */
export interface AnswerController {
  abort(reason: Error): void;
}

/**
 * Whom a connection tells what becomes of a call: the part that we use of undici's `DispatchHandler`, so that one
 * handler serves undici's connections and ours.
 */
export interface AnswerHandler {
  /** The request is about to be sent; where this throws, the request is dropped and the connection stays. */
  onRequestStart(controller: AnswerController): void;
  /** The first bytes of an answer have arrived. */
  onResponseStarted(): void;
  onResponseStart(controller: AnswerController, status: number, headers: Record<string, string | undefined>): void;
  /** A piece of the body. Its bytes may be overwritten once `onResponseEnd` has been told, or another piece is. */
  onResponseData(controller: AnswerController, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controller: AnswerController | undefined, error: Error): void;
}
