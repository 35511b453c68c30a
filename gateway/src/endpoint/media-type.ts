import { PublicError } from '@atrium/service-kit';
import { LRUCache } from 'lru-cache';
import { parseAccept } from './accept.ts';

/** The client accepts no form of answer that there is; told with status 406. */
export class NotAcceptable extends PublicError {
  constructor() {
    super('UNSUPPORTED_MEDIA_TYPE', 'Accept application/graphql-response+json or application/json.');
    this.name = 'NotAcceptable';
  }
}

const modern = 'application/graphql-response+json; charset=utf-8';
const legacy = 'application/json; charset=utf-8';

/** The form of an answer, as its Content-Type says it. */
export type MediaType = typeof modern | typeof legacy;

/** The form of an answer to whoever does not say what they accept. */
export const defaultMediaType: MediaType = legacy;

/** Clients send a handful of different Accept headers in all. */
const known = new LRUCache<string, MediaType | 'none'>({ max: 500 });

/**
 * Chooses the form of the answer by the Accept header (GraphQL over HTTP, 6.1): what weighs more, and of two that weigh
 * the same `application/json`, unless only the other is named outright.
 */
export function chooseMediaType(accept: string | undefined): MediaType {
  if (accept === undefined) return defaultMediaType;
  let chosen = known.get(accept);
  if (chosen === undefined) {
    chosen = choose(accept);
    known.set(accept, chosen);
  }
  if (chosen === 'none') throw new NotAcceptable();
  return chosen;
}

function choose(accept: string): MediaType | 'none' {
  const weights = parseAccept(accept);
  const any = weights.get('application/*') ?? weights.get('*/*');
  const named = { modern: weights.get('application/graphql-response+json'), legacy: weights.get('application/json') };
  const modernWeight = named.modern ?? any ?? 0;
  const legacyWeight = named.legacy ?? any ?? 0;
  if (modernWeight === 0 && legacyWeight === 0) return 'none';
  if (modernWeight === legacyWeight) return named.modern !== undefined && named.legacy === undefined ? modern : legacy;
  return modernWeight > legacyWeight ? modern : legacy;
}
