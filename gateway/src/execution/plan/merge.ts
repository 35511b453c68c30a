import type { SupergraphTypes } from '../planner.ts';
import type { JsonObject } from './run.ts';

/** Puts what a subgraph answered into data that is there already; both belong to the run from then on. */
export type Merge = (target: JsonObject, source: JsonObject) => void;

/**
 * How answers of a supergraph are merged. Where two subgraphs were asked for parts of one object, the one that has it
 * wins over the one that does not. A type's name gives way to none but a more concrete one.
 */
export function createMerge(types: SupergraphTypes): Merge {
  function mergeObject(target: JsonObject, source: JsonObject): void {
    for (const key in source) {
      const present = target[key];
      if (present === undefined || !Object.hasOwn(target, key)) {
        // As a key of JSON this is data, and as an assignment in JavaScript it is not.
        if (key !== '__proto__') target[key] = source[key];
      } else if (key === '__typename') {
        if (!types.isInterface(source[key] as string)) target[key] = source[key];
      } else {
        target[key] = mergeValue(present, source[key]);
      }
    }
  }

  function mergeValue(present: unknown, added: unknown): unknown {
    if (added === null || added === undefined || present === added) return present;
    if (present === null || typeof present !== 'object' || typeof added !== 'object') return added;
    if (!Array.isArray(present)) {
      if (Array.isArray(added)) return added;
      mergeObject(present as JsonObject, added as JsonObject);
      return present;
    }
    if (!Array.isArray(added) || added.length !== present.length) return added;
    for (let index = 0; index < added.length; index++) present[index] = mergeValue(present[index], added[index]);
    return present;
  }

  return mergeObject;
}
