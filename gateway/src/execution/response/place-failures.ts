import type { FetchPlan } from '../plan/compile-fetch.ts';
import { isOfType } from '../plan/rewrites.ts';
import type { Failure, JsonObject, Run } from '../plan/run.ts';
import { type SelectedField, selectedFields } from '../plan/selected-fields.ts';
import { planVariable } from '../plan/variable-names.ts';
import type { SupergraphTypes } from '../planner.ts';
import type { Path, SubgraphError } from '../subgraph-answer.ts';
import { findPlaces, type Place } from './find-places.ts';
import type { ResponseErrors } from './response-errors.ts';
import { isIncluded, type ResponsePaths } from './response-paths.ts';

/** Ten thousand equal errors help nobody: one fetch is told of in so many places at most. */
const maxPlaces = 100;

/** What errors are placed with. */
export interface PlacingParts {
  fetches: readonly FetchPlan[];
  types: SupergraphTypes;
  paths: ResponsePaths;
  errors: ResponseErrors;
}

/** Tells the errors of all fetches at the places of the response to which they belong. */
export function placeFailures(run: Run, parts: PlacingParts): void {
  const placing = new Placing(run, parts);
  for (const failure of run.failures) placing.place(failure);
  placing.finish();
}

class Placing {
  readonly #run: Run;
  readonly #parts: PlacingParts;
  readonly #variables: Record<string, unknown>;
  #left = 0;

  constructor(run: Run, parts: PlacingParts) {
    this.#run = run;
    this.#parts = parts;
    const variables = Object.entries(run.variables).map(([name, value]) => [planVariable(name), value]);
    this.#variables = Object.fromEntries(variables);
  }

  place(failure: Failure): void {
    const { fetch, answer, entities } = failure;
    const all = findPlaces(this.#run.data ?? {}, fetch.path);
    this.#left = maxPlaces;
    for (const error of answer.errors) {
      if (this.#left <= 0) return;
      const { places, rest, entity } = entities
        ? placesOfEntity(failure, error, all)
        : { places: all, rest: error.path, entity: undefined };
      if (places.length === 0) this.#parts.errors.add(undefined, error);
      for (const place of places) {
        const isPlaced = rest !== undefined && this.#add([...place.path, ...unalias(rest, fetch)], error);
        if (rest === undefined || (!isPlaced && entity === null))
          this.#placeWhole(place, fetch, error, answer.data != null);
      }
    }
  }

  /** An error about a whole fetch stands at each field that the fetch was to bring. */
  #placeWhole({ object, path }: Place, fetch: FetchPlan, error: SubgraphError, wasAnswered: boolean): void {
    const keys = this.#keysOf(fetch, object);
    const missing = wasAnswered ? keys.filter((key) => object[key] === null || object[key] === undefined) : keys;
    for (const key of missing) this.#add([...path, key], error);
    // An error beside whole data belongs to no field.
    if (missing.length === 0 && keys.length > 0) this.#parts.errors.add(undefined, error);
    // A fetch for nothing but an object's type leaves an object that cannot be written.
    if (keys.length === 0 && this.#mayBeAny(object)) this.#add(path, error);
  }

  /**
   * What the planner asked for on its own account, such as what a field `@requires`, has no place in the response, and
   * perhaps no name that clients may know. The error is told where a null went up to a place that has one; else what
   * is lost by it is told of below, or nothing is, and its subgraph has logged it.
   */
  #add(path: Path, error: SubgraphError): boolean {
    if (this.#left-- <= 0) return true;
    const { path: place, isWhole, isNull } = this.#parts.paths.translate(path, this.#run.data);
    const isTold = isWhole || (isNull && place !== undefined);
    if (isTold) this.#parts.errors.add(place, error);
    return isTold;
  }

  /** A subgraph that could not give the key to another one's fields costs those fields, which nobody was asked for. */
  finish(): void {
    const dead = this.#run.failures.find(({ answer }) => !answer.data)?.answer.errors[0];
    if (dead) for (const fetch of this.#parts.fetches) this.#placeUnasked(fetch, dead);
  }

  #placeUnasked(fetch: FetchPlan, error: SubgraphError): void {
    const { represent, path } = fetch;
    if (!represent) return;
    this.#left = maxPlaces;
    for (const place of findPlaces(this.#run.data, path)) {
      if (this.#left <= 0) return;
      if (represent(place.object) !== undefined) continue;
      for (const key of this.#keysOf(fetch, place.object)) {
        const { path: translated, isWhole } = this.#parts.paths.translate([...place.path, key], this.#run.data);
        if (!isWhole || place.object[key] !== undefined || this.#left-- <= 0) continue;
        this.#parts.errors.add(translated, error);
      }
    }
  }

  /** The names under which the fields of a fetch are merged into an object of this type. */
  #keysOf(fetch: FetchPlan, object: JsonObject): string[] {
    const mayBeAny = this.#mayBeAny(object);
    const applies = ({ typeConditions, directives }: SelectedField) =>
      isIncluded({ directives }, this.#variables) &&
      typeConditions.every((type) => mayBeAny || isOfType(object, type, this.#parts.types));
    const keys = fieldsOf(fetch).filter(applies);
    return [...new Set(keys.flatMap(({ key }) => unalias([key], fetch)))] as string[];
  }

  /** Whether all that is known of an object is its interface. */
  #mayBeAny({ __typename }: JsonObject): boolean {
    return typeof __typename === 'string' && this.#parts.types.isInterface(__typename);
  }
}

const knownFields = new WeakMap<FetchPlan, readonly SelectedField[]>();

function fieldsOf(fetch: FetchPlan): readonly SelectedField[] {
  const fields = knownFields.get(fetch) ?? selectedFields(fetch.node.operation);
  knownFields.set(fetch, fields);
  return fields;
}

/** The places of the entity that an error is about, and the rest of the way; all of them where it tells of none. */
function placesOfEntity({ entities, answer }: Failure, { path }: SubgraphError, all: readonly Place[]) {
  const [root, index, ...rest] = path ?? [];
  const isOfOne = root === '_entities' && typeof index === 'number';
  const objects = new Set(entities?.objects.filter((_, place) => !isOfOne || entities.indices[place] === index));
  const places = all.filter(({ object }) => objects.has(object));
  if (!isOfOne) return { places, rest: undefined, entity: undefined };
  const entity: unknown = (answer.data?._entities as unknown[] | undefined)?.[index] ?? null;
  return { places, rest: rest.length > 0 ? rest : undefined, entity };
}

/** The planner gives fields other names where those of two types cannot be fetched under one. */
function unalias(path: Path, { node }: FetchPlan): Path {
  if (!node.outputRewrites) return path;
  const names = new Map<unknown, string>();
  for (const rewrite of node.outputRewrites) {
    if (rewrite.kind === 'KeyRenamer') names.set(rewrite.path.at(-1), rewrite.renameKeyTo);
  }
  return path.map((step) => names.get(step) ?? step);
}
