import { PublicError } from '@atrium/service-kit';
import { LRUCache } from 'lru-cache';
import {
  type PreparedOperation,
  type PrepareOptions,
  prepareOperation,
  unknownOperation,
} from './prepare-operation.ts';
import { Refusal } from './refusal.ts';

/** The operations of one supergraph that were asked for lately. */
export interface PreparedOperations {
  /** The operation of this name in this document; throws what keeps it from being run. */
  get(text: string, operationName: string | undefined): PreparedOperation;
  /** How many are kept. */
  readonly size: number;
}

/** What the cache tells of each look-up. */
export interface PreparedOperationsOptions extends PrepareOptions {
  /** The most documents that are kept, and the most characters of them in all. */
  maxEntries: number;
  maxCharacters: number;
  onLookUp?: (found: boolean) => void;
}

/** Names of GraphQL. None holds the colon that parts a key's name from its text. */
const nameForm = /^[_A-Za-z]\w*$/;

type Outcome = PreparedOperation | Refusal | PublicError;

/** What a document costs besides its text: syntax tree, plan and code. Measured as some 40 times its length. */
const entryOverhead = 500;

/**
 * An empty cache. Refusals are kept as well, so that a client that repeats a faulty document does not have it judged
 * again. The key is the text itself: two documents never share an entry.
 */
export function createPreparedOperations(options: PreparedOperationsOptions): PreparedOperations {
  const outcomes = new LRUCache<string, Outcome>({
    max: options.maxEntries,
    maxSize: options.maxCharacters,
    sizeCalculation: (_outcome, key) => key.length + entryOverhead,
  });
  return {
    get(text, operationName) {
      if (operationName !== undefined && !nameForm.test(operationName)) throw unknownOperation();
      const key = `${operationName ?? ''}:${text}`;
      let outcome = outcomes.get(key);
      options.onLookUp?.(outcome !== undefined);
      if (outcome === undefined) {
        outcome = prepare(text, operationName, options);
        outcomes.set(key, outcome);
      }
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    get size() {
      return outcomes.size;
    },
  };
}

function prepare(text: string, operationName: string | undefined, options: PrepareOptions): Outcome {
  try {
    return prepareOperation(text, operationName, options);
  } catch (error) {
    if (error instanceof Refusal || error instanceof PublicError) return error;
    throw error;
  }
}
