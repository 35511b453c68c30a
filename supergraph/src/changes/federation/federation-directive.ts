import { type ConstDirectiveNode, print } from 'graphql';
import { argumentsOf, federationNames } from '../../linked-directive.ts';
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
  readonly #nameOf: (directive: FederationDirective) => string;
  readonly subgraph: RevisedSubgraph;

  constructor(subgraph: RevisedSubgraph) {
    this.subgraph = subgraph;
    this.#nameOf = federationNames(subgraph.document);
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
