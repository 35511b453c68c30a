import type { SubgraphAnswer } from '../subgraph-answer.ts';
import { type FetchPlan, type FetchTools, prepareRequest } from './compile-fetch.ts';
import { type ContextArguments, compileContextArguments } from './context-arguments.ts';
import { Entities } from './entities.ts';
import type { Represent } from './representation.ts';
import { compileRewrites } from './rewrites.ts';
import { type JsonObject, noteAnswer, type Run, type Step } from './run.ts';
import { compileWalk } from './walk-path.ts';

type EntityFetch = FetchPlan & { represent: Represent };

/** Compiles a fetch of entities. */
export function compileEntityFetch(fetch: EntityFetch, tools: FetchTools): Step {
  const fromContext = compileContextArguments(fetch.node.contextRewrites, fetch.path, tools.types);
  if (fromContext) return compileContextFetch(fetch, fromContext, tools);
  const send = compileSend(fetch, tools);
  const collect = tools.collection(fetch);
  return (run) => {
    const entities = collect(run);
    return entities === undefined || entities.count === 0 ? undefined : send(run, run.variables, entities);
  };
}

/** Entities whose arguments from above differ are asked for apart: a fetch has one value for each of its variables. */
function compileContextFetch(fetch: EntityFetch, fromContext: ContextArguments, tools: FetchTools): Step {
  const send = compileSend(fetch, tools);
  type Groups = Map<string, { given: Record<string, unknown>; entities: Entities }>;
  const add = (groups: Groups, object: JsonObject, parents: readonly JsonObject[]): void => {
    const given = fromContext.read(parents);
    const name = JSON.stringify(given);
    const group = groups.get(name) ?? { given, entities: new Entities() };
    groups.set(name, group);
    group.entities.add(object, fetch.represent(object));
  };
  const collect = compileWalk<Groups>(fetch.path, `add(context, object, ${fromContext.parents});`, { add });
  return (run) => {
    const groups: Groups = new Map();
    if (run.data !== undefined) collect(run.data, groups);
    const asked = [...groups.values()].filter(({ entities }) => entities.count > 0);
    if (asked.length === 0) return undefined;
    const going = asked.map(({ given, entities }) => send(run, { ...run.variables, ...given }, entities));
    return Promise.all(going).then(() => undefined);
  };
}

type Send = (run: Run, variables: Run['variables'], entities: Entities) => Promise<void>;

function compileSend(fetch: EntityFetch, tools: FetchTools): Send {
  const subgraph = tools.subgraph(fetch.node.serviceName);
  const request = prepareRequest(fetch.node, tools);
  const receive = compileReceive(fetch, tools);
  return (run, variables, entities) =>
    subgraph.fetch(request(variables, entities), run.context).then((answer) => receive(run, answer, entities));
}

function compileReceive(fetch: EntityFetch, { types, merge, mayShare }: FetchTools) {
  const rewrite = compileRewrites(fetch.node.outputRewrites, types);
  const shares = mayShare(fetch.node, fetch.path);
  return (run: Run, answer: SubgraphAnswer, entities: Entities): void => {
    noteAnswer(run, fetch, answer, entities);
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
