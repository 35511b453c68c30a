import { type FetchPlan, type FetchTools, prepareRequest } from './compile-fetch.ts';
import type { Merge } from './merge.ts';
import { compileRewrites } from './rewrites.ts';
import { type JsonObject, noteAnswer, type Step } from './run.ts';
import { compileWalk, type PlanPath } from './walk-path.ts';

/** Compiles a fetch without entities: of the root, or of root fields that stand somewhere below it. */
export function compileRootFetch(fetch: FetchPlan, tools: FetchTools): Step {
  const { node, path } = fetch;
  const subgraph = tools.subgraph(node.serviceName);
  const request = prepareRequest(node, tools);
  const rewrite = compileRewrites(node.outputRewrites, tools.types);
  const mergeAt = path.length === 0 ? tools.merge : compileMergeAt(path, tools.merge);
  return (run) =>
    subgraph.fetch(request(run.variables, undefined), run.context).then((answer) => {
      noteAnswer(run, fetch, answer, undefined);
      if (!answer.data) return;
      rewrite?.(answer.data);
      if (run.data !== undefined) mergeAt(run.data, answer.data);
      else if (path.length === 0) run.data = answer.data;
    });
}

/** Such as for a payload with a field `query: Query`. */
function compileMergeAt(path: PlanPath, merge: Merge): Merge {
  const walk = compileWalk<JsonObject[]>(path, 'context.push(object)', {});
  return (target, source) => {
    const objects: JsonObject[] = [];
    walk(target, objects);
    for (const [index, object] of objects.entries()) merge(object, index === 0 ? source : structuredClone(source));
  };
}
