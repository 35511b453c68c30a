import type { JsonObject } from './run.ts';

/** The entities that one fetch asks for: equal ones once, however often they appear in the response. */
export class Entities {
  /** The objects that the answers belong to. */
  readonly objects: JsonObject[] = [];
  /** For each of the objects, the place of its representation in the request and of its entity in the answer. */
  readonly indices: number[] = [];
  /** The representations as JSON, with commas between them. */
  text = '';
  count = 0;
  #seen: Map<string, number> | undefined;

  /** Adds an object by its representation; undefined means that it lacks something and cannot be asked for. */
  add(object: JsonObject, representation: string | undefined): void {
    if (representation === undefined) return;
    this.objects.push(object);
    this.indices.push(this.#indexOf(representation));
  }

  #indexOf(representation: string): number {
    if (this.count === 0) {
      this.text = representation;
      return this.count++;
    }
    // Most fetches ask for one entity and need no map.
    this.#seen ??= new Map([[this.text, 0]]);
    const seen = this.#seen.get(representation);
    if (seen !== undefined) return seen;
    this.#seen.set(representation, this.count);
    this.text += `,${representation}`;
    return this.count++;
  }
}
