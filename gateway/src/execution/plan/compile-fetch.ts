import type { FetchNode } from '@apollo/query-planner';
import type { Subgraph } from '../execution.ts';
import type { SupergraphTypes } from '../planner.ts';
import type { SubgraphAnswer } from '../subgraph-answer.ts';
import { Entities } from './entities.ts';
import { takeFiles } from './files.ts';
import type { Merge } from './merge.ts';
import { compileRepresentation, type Represent } from './representation.ts';
import { prepareBody } from './request-body.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { JsonObject, Run, Step } from './run.ts';
import { compileWalk, type PlanPath } from './walk-path.ts';

/** A fetch of a plan and where its answer goes. */
export interface FetchPlan {
  readonly node: FetchNode;
  readonly path: PlanPath;
  /** Undefined where this is no fetch of entities. */
  readonly represent: Represent | undefined;
}

/** What fetches are compiled with. */
export interface FetchTools {
  subgraph(name: string): Subgraph;
  types: SupergraphTypes;
  merge: Merge;
  /** The variables, by the client's names, in which files may be. */
  fileVariables: ReadonlySet<string>;
  /** Whether objects that stand for one entity may share what a fetch brought for it. */
  mayShare(node: FetchNode, path: PlanPath): boolean;
}

/** Compiles a fetch without entities: of the root, or of root fields that stand somewhere below it. */
export function compileRootFetch(fetch: FetchPlan, tools: FetchTools): Step {
  const { node, path } = fetch;
  const subgraph = tools.subgraph(node.serviceName);
  const variables = node.variableUsages ?? [];
  const body = prepareBody(node.operation, variables);
  const isRead = node.operationKind === 'query';
  const files = takeFiles(variables, tools.fileVariables);
  const rewrite = compileRewrites(node.outputRewrites, tools.types);
  const walk = compileWalk<JsonObject[]>(path, 'context.push(object)', {});
  const receive = (run: Run, answer: SubgraphAnswer): void => {
    if (answer.errors.length > 0) run.failures.push({ fetch, answer, entities: undefined });
    const { data } = answer;
    if (!data) return;
    rewrite?.(data);
    if (run.data === undefined) {
      if (path.length === 0) run.data = data;
    } else if (path.length === 0) {
      tools.merge(run.data, data);
    } else {
      const objects: JsonObject[] = [];
      walk(run.data, objects);
      for (const [index, object] of objects.entries()) tools.merge(object, index === 0 ? data : structuredClone(data));
    }
  };
  return (run) => {
    const taken = files?.(run.variables);
    return subgraph
      .fetch(
        {
          body: body.ofRoot(taken?.variables ?? run.variables),
          entityCount: undefined,
          isRead,
          uploads: taken?.uploads,
        },
        run.context,
      )
      .then((answer) => receive(run, answer));
  };
}

/** Compiles a fetch of entities. */
export function compileEntityFetch(fetch: FetchPlan & { represent: Represent }, tools: FetchTools): Step {
  const { node, path, represent } = fetch;
  const subgraph = tools.subgraph(node.serviceName);
  const variables = (node.variableUsages ?? []).filter((name) => name !== 'representations');
  const body = prepareBody(node.operation, variables);
  const isRead = node.operationKind === 'query';
  const files = takeFiles(variables, tools.fileVariables);
  const collect = compileWalk<Entities>(path, 'context.add(object, represent(object));', { represent });
  const receive = compileReceive(fetch, tools);
  return (run) => {
    if (run.data === undefined) return undefined;
    const entities = new Entities();
    collect(run.data, entities);
    if (entities.count === 0) return undefined;
    const taken = files?.(run.variables);
    const text = body.ofEntities(taken?.variables ?? run.variables, entities.text);
    return subgraph
      .fetch({ body: text, entityCount: entities.count, isRead, uploads: taken?.uploads }, run.context)
      .then((answer) => receive(run, answer, entities));
  };
}

/** Compiles what is done with entities that were received. */
export function compileReceive(fetch: FetchPlan, tools: FetchTools) {
  const rewrite: Rewrite | undefined = compileRewrites(fetch.node.outputRewrites, tools.types);
  const shares = tools.mayShare(fetch.node, fetch.path);
  const { merge } = tools;
  return (run: Run, answer: SubgraphAnswer, entities: Entities): void => {
    if (answer.errors.length > 0) run.failures.push({ fetch, answer, entities });
    const received = answer.data?._entities;
    if (!Array.isArray(received)) return;
    if (rewrite) for (const entity of received) rewrite(entity);
    const { objects, indices } = entities;
    // Entities are counted in the order in which they were met, so an index that was passed is one used before.
    let next = 0;
    for (let place = 0; place < objects.length; place++) {
      const index = indices[place] as number;
      const entity = received[index] as unknown;
      const isFirst = index === next;
      if (isFirst) next++;
      if (entity === null || typeof entity !== 'object') continue;
      merge(objects[place] as JsonObject, (isFirst || shares ? entity : structuredClone(entity)) as JsonObject);
    }
  };
}

/** A fetch of a plan, with its representations compiled. */
export function describeFetch(node: FetchNode, path: PlanPath, tools: FetchTools): FetchPlan {
  const represent = node.requires && compileRepresentation(node.requires, node.inputRewrites, tools);
  return { node, path, represent };
}
