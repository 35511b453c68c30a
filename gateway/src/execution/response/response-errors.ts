import type { ErrorCode, PublicError } from '@atrium/service-kit';
import { quote } from '../json-text.ts';
import type { Path } from '../subgraph-answer.ts';

/** What an error says; its code, its words, and when to come again. */
export type ErrorFacts = Pick<PublicError, 'code' | 'message' | 'retryAfterMs'>;

/** The errors of one response: one for a place, as an execution by one server would have it. */
export class ResponseErrors {
  readonly codes: ErrorCode[] = [];
  readonly #texts: string[] = [];
  /** Every place with an error at it or below it. */
  readonly #explained = new Set<string>();
  readonly #places = new Set<string>();
  readonly #extensions: string;

  constructor(requestId: string) {
    this.#extensions = `"requestId":${quote(requestId)}`;
  }

  get count(): number {
    return this.codes.length;
  }

  /** Adds an error at a place of the response; undefined is the whole of it. */
  add(path: Path | undefined, { code, message, retryAfterMs }: ErrorFacts): void {
    const place = path?.join('.') ?? message;
    if (this.#places.has(place)) return;
    this.#places.add(place);
    this.codes.push(code);
    const retry = retryAfterMs === undefined ? '' : `,"retryAfterMs":${retryAfterMs}`;
    const pathText = path === undefined ? '' : `"path":${JSON.stringify(path)},`;
    this.#texts.push(
      `{"message":${quote(message)},${pathText}"extensions":{"code":${quote(code)},${this.#extensions}${retry}}}`,
    );
    for (let length = path?.length ?? 0; length > 0; length--) {
      const part = path?.slice(0, length).join('.') ?? '';
      if (this.#explained.has(part)) break;
      this.#explained.add(part);
    }
  }

  /** Whether an error stands at a place or below it, so that a null there needs no other. */
  explain(path: Path): boolean {
    return this.#explained.has(path.join('.'));
  }

  toJson(): string {
    return `[${this.#texts.join()}]`;
  }
}
