import { type ConstDirectiveNode, print } from 'graphql';
import { argumentsOf, linkedDirective } from '../../linked-directive.ts';
import type { RevisedSubgraph } from '../../revision/revision.ts';

/** The directives of federation that a change is looked for in. */
export type FederationDirective =
  | 'key'
  | 'shareable'
  | 'inaccessible'
  | 'override'
  | 'requires'
  | 'provides'
  | 'external'
  | 'interfaceObject';

/** Reads federation's directives in a subgraph, by whatever name the subgraph links them under. */
export class FederationReader {
  readonly #names = new Map<FederationDirective, string>();
  readonly subgraph: RevisedSubgraph;

  constructor(subgraph: RevisedSubgraph) {
    this.subgraph = subgraph;
  }

  /** Uses of a directive on an element; of `@key` there may be several. */
  uses(coordinate: string, directive: FederationDirective): ConstDirectiveNode[] {
    const name = this.#nameOf(directive);
    return this.subgraph.elements.get(coordinate)?.directives.filter((each) => each.name.value === name) ?? [];
  }

  has(coordinate: string, directive: FederationDirective): boolean {
    return this.uses(coordinate, directive).length > 0;
  }

  /** Whether an element or the type that it belongs to has a directive. */
  hasAtOrAbove(coordinate: string, directive: FederationDirective): boolean {
    return this.has(coordinate, directive) || this.has(coordinate.split('.')[0] ?? coordinate, directive);
  }

  #nameOf(directive: FederationDirective): string {
    const known = this.#names.get(directive);
    if (known !== undefined) return known;
    // A schema without `@link` is one of Federation 1, whose directives have their plain names.
    const name = linkedDirective(this.subgraph.document, 'federation', directive) ?? directive;
    this.#names.set(directive, name);
    return name;
  }
}

/** The field set of a directive, with its blanks evened out: `id organization { id }`. */
export function fieldSetOf(directive: ConstDirectiveNode): string {
  const { fields } = argumentsOf(directive);
  return String(fields)
    .replace(/[\s,]+/g, ' ')
    .replace(/\s*([{}])\s*/g, ' $1 ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The directive as it is written. */
export function textOf(directive: ConstDirectiveNode): string {
  return print(directive);
}
