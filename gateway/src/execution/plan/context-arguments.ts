import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import type { SupergraphTypes } from '../planner.ts';
import { BeyondCompiler } from './beyond-compiler.ts';
import { isOfType } from './rewrites.ts';
import type { JsonObject } from './run.ts';
import type { PlanPath } from './walk-path.ts';

/** How the arguments that a fetch takes from objects above its entities (`@fromContext`) are found. */
export interface ContextArguments {
  /** JavaScript for the walk to the entities: the objects above that are read, as a list. */
  readonly parents: string;
  /** The arguments for an entity, by the names of the fetch's variables; those that never arrived are left out. */
  read(parents: readonly JsonObject[]): Record<string, unknown>;
}

/** Compiles a fetch's arguments from contexts; undefined where it has none. */
export function compileContextArguments(
  rewrites: readonly FetchDataKeyRenamer[] | undefined,
  path: PlanPath,
  types: SupergraphTypes,
): ContextArguments | undefined {
  if (!rewrites?.length) return undefined;
  const reads = rewrites.map((rewrite, index) => {
    const rest = rewrite.path.filter((step) => step !== '..');
    return { name: contextVariable(rewrite.renameKeyTo), rest, index, depth: depthOf(rewrite, path) };
  });
  return {
    parents: `[${reads.map(({ depth }) => `v${depth}`).join()}]`,
    read(parents) {
      const found: Record<string, unknown> = {};
      for (const { name, rest, index } of reads) {
        const value = valueAt(parents[index], rest, 0, types);
        if (value !== undefined) found[name] = value;
      }
      return found;
    },
  };
}

/** Where the value of such a variable stands among the others, whatever those of the client are called. */
export function contextVariable(name: string): string {
  return `from context: ${name}`;
}

/** How far along a path the object stands that is so many fields above its end. */
function depthOf({ path: steps }: FetchDataKeyRenamer, path: PlanPath): number {
  let left = steps.filter((step) => step === '..').length;
  for (let depth = path.length; depth >= 0; depth--) {
    if (left === 0) return depth;
    if (path[depth - 1] !== '@') left--;
  }
  throw new BeyondCompiler('a context above the root');
}

function valueAt(value: unknown, path: readonly string[], depth: number, types: SupergraphTypes): unknown {
  const step = path[depth];
  if (step === undefined || value === null || typeof value !== 'object') return depth < path.length ? undefined : value;
  if (Array.isArray(value)) return value.map((item) => valueAt(item, path, depth, types) ?? null);
  const object = value as JsonObject;
  const condition = step.startsWith('... on ') ? step.slice('... on '.length) : undefined;
  if (condition !== undefined)
    return isOfType(object, condition, types) ? valueAt(object, path, depth + 1, types) : undefined;
  return Object.hasOwn(object, step) ? valueAt(object[step], path, depth + 1, types) : undefined;
}
