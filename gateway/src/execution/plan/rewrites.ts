import type { FetchDataRewrite } from '@apollo/query-planner';
import type { SupergraphTypes } from '../planner.ts';
import type { JsonObject } from './run.ts';

const fragmentPrefix = '... on ';

/** Applies a plan's rewrites to what goes to a subgraph, or came from it, in place. */
export type Rewrite = (value: unknown) => void;

/** Compiles rewrites; undefined where there are none. */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  types: SupergraphTypes,
): Rewrite | undefined {
  if (!rewrites?.length) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, types));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, types: SupergraphTypes): Rewrite {
  const parents = rewrite.path.slice(0, -1);
  const last = rewrite.path.at(-1) ?? '';
  const change = (object: JsonObject) => {
    if (rewrite.kind === 'ValueSetter') {
      object[last] = rewrite.setValueTo;
    } else if (Object.hasOwn(object, last)) {
      object[rewrite.renameKeyTo] = object[last];
      delete object[last];
    }
  };
  return (value) => applyAt(value, parents, 0, types, change);
}

function applyAt(
  value: unknown,
  path: readonly string[],
  depth: number,
  types: SupergraphTypes,
  change: (object: JsonObject) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) applyAt(item, path, depth, types, change);
    return;
  }
  const object = value as JsonObject;
  const step = path[depth];
  if (step === undefined) change(object);
  else if (!step.startsWith(fragmentPrefix)) applyAt(object[step], path, depth + 1, types, change);
  else if (isOfType(object, step.slice(fragmentPrefix.length), types)) applyAt(object, path, depth + 1, types, change);
}

/** Whether an object meets a type condition; one of which nobody asked the type is of the only one that it can be. */
export function isOfType({ __typename }: JsonObject, condition: string, types: SupergraphTypes): boolean {
  return typeof __typename !== 'string' || types.fulfils(__typename, condition);
}
