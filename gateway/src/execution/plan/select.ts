import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { SupergraphTypes } from '../planner.ts';
import type { Merge } from './merge.ts';
import { isOfType } from './rewrites.ts';
import type { JsonObject } from './run.ts';

/** The name of a field in what is selected and in what it is selected from. */
export function nameOf(field: QueryPlanFieldNode): string {
  return field.alias ?? field.name;
}

/**
 * What a plan asks of an object, `@requires` and keys, as an object of its own; undefined where something of it never
 * arrived. At the top an entity may know some of its keys and lack others: `isTop` leaves out what is incomplete.
 */
export function selectObject(
  object: JsonObject,
  selections: readonly QueryPlanSelectionNode[],
  tools: { types: SupergraphTypes; merge: Merge },
  isTop: boolean,
): JsonObject | undefined {
  const selected: JsonObject = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = nameOf(selection);
      const value = Object.hasOwn(object, name) ? selectValue(object[name], selection.selections, tools) : undefined;
      if (value === undefined) return undefined;
      selected[name] = value;
    } else if (selection.typeCondition === undefined || isOfType(object, selection.typeCondition, tools.types)) {
      const part = selectObject(object, selection.selections, tools, false);
      if (part) tools.merge(selected, part);
      else if (!isTop) return undefined;
    }
  }
  return selected;
}

/** The same for what stands in a field; lists and null are taken as they come. */
export function selectValue(
  value: unknown,
  selections: readonly QueryPlanSelectionNode[] | undefined,
  tools: { types: SupergraphTypes; merge: Merge },
): unknown {
  if (!selections || value === null || typeof value !== 'object') return value;
  if (!Array.isArray(value)) return selectObject(value as JsonObject, selections, tools, false);
  const items = value.map((item) => selectValue(item, selections, tools));
  return items.includes(undefined) ? undefined : items;
}
