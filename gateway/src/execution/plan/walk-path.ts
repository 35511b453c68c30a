import { readProperty } from '../json-text.ts';
import type { JsonObject } from './run.ts';

/** A path of a plan: names, and `@` for the items of a list. */
export type PlanPath = readonly string[];

/** Calls `visit` with each object that stands at a path. */
export type WalkPath<Context> = (data: JsonObject, context: Context) => void;

/**
 * Compiles the way to the objects at a path into nested loops. `visit` is JavaScript that gets the object as `object`,
 * what belongs to this walk as `context`, and whatever else is named in `scope`.
 */
export function compileWalk<Context>(path: PlanPath, visit: string, scope: Record<string, unknown>): WalkPath<Context> {
  const names = Object.keys(scope);
  const body = `return function walk(v0, context) {${loops(path, 0, visit)}}`;
  return new Function(...names, body)(...names.map((name) => scope[name])) as WalkPath<Context>;
}

function loops(path: PlanPath, depth: number, visit: string): string {
  const [step, ...rest] = path;
  const here = `v${depth}`;
  if (step === undefined) return `const object = ${here}; ${visit}`;
  const next = `v${depth + 1}`;
  const inner = `if (typeof ${next} === 'object' && ${next} !== null) {${loops(rest, depth + 1, visit)}}`;
  if (step !== '@') return `const ${next} = ${readProperty(here, step)}; ${inner}`;
  const index = `i${depth}`;
  return `if (Array.isArray(${here})) for (let ${index} = 0; ${index} < ${here}.length; ${index}++) {
    const ${next} = ${here}[${index}]; ${inner}}`;
}
