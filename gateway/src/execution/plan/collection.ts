import type { FetchPlan } from './compile-fetch.ts';
import { Entities } from './entities.ts';
import type { Represent } from './representation.ts';
import type { Run } from './run.ts';
import { compileWalk } from './walk-path.ts';

/** Collects the entities of a fetch; undefined where there are no data yet. */
export type Collect = (run: Run) => Entities | undefined;

/**
 * The collections of one plan. Fetches that begin together and ask for the same entities by the same keys, as the
 * parts of a user in two services, share one: its objects are found, and their representations written, once.
 */
export class Collections {
  readonly #known = new Map<string, Collect>();

  of({ node, path, represent }: FetchPlan & { represent: Represent }): Collect {
    const name = JSON.stringify([path, node.requires, node.inputRewrites]);
    const known = this.#known.get(name);
    if (known) return known;
    const index = this.#known.size;
    const walk = compileWalk<Entities>(path, 'context.add(object, represent(object));', { represent });
    const collect: Collect = (run) => {
      if (run.data === undefined) return undefined;
      const last = run.collected[index];
      if (last !== undefined && last.answers === run.answers) return last.entities;
      const entities = new Entities();
      walk(run.data, entities);
      run.collected[index] = { entities, answers: run.answers };
      return entities;
    };
    this.#known.set(name, collect);
    return collect;
  }
}
