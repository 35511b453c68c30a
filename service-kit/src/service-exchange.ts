import type { Dispatcher } from 'undici';
import type { AnswerController, AnswerHandler } from './http1/answer-handler.ts';
import { troubleOf } from './instance-health.ts';
import { contextHeadersOf, remainingMs, timedOut } from './request-context.ts';
import type { CallObserver, CallOutcome, ServiceCall, ServiceResponse } from './service-call.ts';
import { AnswerTooLarge, ServiceUnavailable } from './service-errors.ts';
import type { ServiceInstance } from './service-instance.ts';

/** What the calls of one pool share. */
export interface ExchangeShare {
  readonly service: string;
  readonly maxResponseBytes: number;
  /** How much all answers that are being read may take together. */
  readonly maxHeldBytes: number;
  heldBytes: number;
  readonly onCall: CallObserver | undefined;
  /** The instance to call, other than this one; undefined where none is fit. */
  choose(except?: ServiceInstance): ServiceInstance | undefined;
}

const givenUp = new Error('given up');

/**
 * One call on its way to an instance and back, and to another one where it may be sent again. It is the handler that
 * undici tells what happens, and what its time limit and its caller's signal end.
 */
export class Exchange implements Dispatcher.DispatchHandler, AnswerHandler {
  readonly #call: ServiceCall;
  readonly #share: ExchangeShare;
  readonly #budgetMs: number;
  readonly #resolve: (response: ServiceResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #instance: ServiceInstance;
  #controller: AnswerController | undefined;
  #startedAt = 0;
  #isSent = false;
  #isAnswered = false;
  #isRepeated = false;
  #isOver = false;
  #status = 0;
  #sizeBytes = 0;
  #first: Buffer | undefined;
  #chunks: Buffer[] | undefined;

  constructor(
    call: ServiceCall,
    budgetMs: number,
    share: ExchangeShare,
    instance: ServiceInstance,
    resolve: (response: ServiceResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#call = call;
    this.#share = share;
    this.#budgetMs = budgetMs;
    this.#instance = instance;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(expire, Math.ceil(budgetMs), this);
    call.signal?.addEventListener('abort', this);
    this.#send(instance, budgetMs);
  }

  #send(instance: ServiceInstance, budgetMs: number): void {
    this.#instance = instance;
    this.#controller = undefined;
    this.#isSent = false;
    this.#startedAt = performance.now();
    instance.inFlight++;
    const headers = contextHeadersOf(this.#call.context, budgetMs);
    headers.push(...this.#call.headers);
    instance.dispatch(this.#call, headers, this);
  }

  onRequestStart(controller: AnswerController): void {
    // Thrown, this takes the request from its queue; an abort would cost the connection, which is a good one.
    if (this.#isOver) throw givenUp;
    this.#controller = controller;
    this.#isSent = true;
  }

  onResponseStarted(): void {
    this.#isAnswered = true;
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    if (Number(headers['content-length']) > this.#share.maxResponseBytes) this.#refuse();
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#isOver) return;
    const share = this.#share;
    this.#sizeBytes += chunk.length;
    share.heldBytes += chunk.length;
    if (this.#sizeBytes > share.maxResponseBytes || share.heldBytes > share.maxHeldBytes) this.#refuse();
    else if (this.#first === undefined) this.#first = chunk;
    else if (this.#chunks === undefined) this.#chunks = [this.#first, chunk];
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const status = this.#status;
    // A run of faults is a sign of illness. A live service says 503 to what is too much for it, and says so at once.
    const isFault = status >= 500 && status !== 503;
    if (isFault) this.#instance.health.failed('sick');
    else this.#instance.health.succeeded();
    this.#end(isFault ? 'failed' : 'answered');
    const body = this.#chunks ? Buffer.concat(this.#chunks, this.#sizeBytes) : this.#first;
    this.#resolve({ status, body: body?.toString() ?? '' });
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#isOver) return;
    // What cannot be put into a request is a fault of ours.
    if ((error as { code?: string }).code === 'UND_ERR_INVALID_ARG') {
      this.#end('failed');
      this.#reject(error);
      return;
    }
    // A body that is passed on may have broken at its source, which says nothing about the instance.
    if (!(this.#isSent && this.#isStreamed)) this.#instance.health.failed(troubleOf(error));
    const next = this.#mayRepeat ? this.#another() : undefined;
    if (!next) {
      this.#end('unreachable');
      this.#reject(new ServiceUnavailable(this.#share.service, error));
      return;
    }
    this.#leave('unreachable');
    this.#isRepeated = true;
    this.#send(next, Math.min(this.#budgetMs, remainingMs(this.#call.context)));
  }

  /** Ends the call when its time is over. */
  expire(): void {
    const { timeoutMs } = this.#call;
    // A call that came with little time left says nothing about the instance, nor does a client that sends slowly.
    if (this.#budgetMs >= timeoutMs / 2 && !this.#isStreamed) this.#instance.health.failed('sick');
    this.#abort('timed-out', timedOut());
  }

  /** Ends the call when its caller's signal is aborted. */
  handleEvent(): void {
    this.#abort('given-up', new ServiceUnavailable(this.#share.service, this.#call.signal?.reason));
  }

  #refuse(): void {
    this.#abort('failed', new ServiceUnavailable(this.#share.service, new AnswerTooLarge()));
  }

  #abort(outcome: CallOutcome, error: Error): void {
    if (this.#isOver) return;
    this.#end(outcome);
    this.#controller?.abort(givenUp);
    this.#reject(error);
  }

  /** Whether sending the call again can have no second effect: it is a read, or nothing of it was sent at all. */
  get #mayRepeat(): boolean {
    if (this.#isRepeated || this.#isAnswered) return false;
    return !this.#isSent || (this.#call.isRead && !this.#isStreamed);
  }

  /** Where to send the call again. The same instance will do where merely a connection that was kept had ended. */
  #another(): ServiceInstance | undefined {
    const instance = this.#instance;
    return this.#share.choose(instance) ?? (this.#isSent && instance.health.isUsable ? instance : undefined);
  }

  get #isStreamed(): boolean {
    const { body } = this.#call;
    return typeof body !== 'string' && !Buffer.isBuffer(body);
  }

  #end(outcome: CallOutcome): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#call.signal?.removeEventListener('abort', this);
    this.#share.heldBytes -= this.#sizeBytes;
    this.#leave(outcome);
  }

  #leave(outcome: CallOutcome): void {
    const { service, onCall } = this.#share;
    this.#instance.inFlight--;
    onCall?.(service, this.#instance.index, outcome, performance.now() - this.#startedAt);
  }
}

function expire(exchange: Exchange): void {
  exchange.expire();
}
