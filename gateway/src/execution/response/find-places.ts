import type { JsonObject } from '../plan/run.ts';
import type { PlanPath } from '../plan/walk-path.ts';
import type { Path } from '../subgraph-answer.ts';

/** An object of the merged data and where it stands. */
export interface Place {
  object: JsonObject;
  path: Path;
}

/** The objects at a path of a plan, in the order in which fetches collect them. */
export function findPlaces(data: JsonObject | undefined, path: PlanPath): Place[] {
  const places: Place[] = [];
  if (data) walk(data, path, 0, [], places);
  return places;
}

function walk(value: unknown, path: PlanPath, depth: number, here: (string | number)[], places: Place[]): void {
  if (typeof value !== 'object' || value === null) return;
  const step = path[depth];
  if (step === undefined) {
    places.push({ object: value as JsonObject, path: [...here] });
  } else if (step !== '@') {
    here.push(step);
    if (Object.hasOwn(value, step)) walk((value as JsonObject)[step], path, depth + 1, here, places);
    here.pop();
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      here.push(index);
      walk(item, path, depth + 1, here, places);
      here.pop();
    }
  }
}
