import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PlanKeys } from '../plan/plan-keys.ts';
import type { Path } from '../subgraph-answer.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A place of the merged data, as the response knows it. */
export interface TranslatedPath {
  /** As far as the client asked; undefined where not even the first field was asked for. */
  path: Path | undefined;
  /** Whether the client asked for all of it, rather than the planner for itself. */
  isWhole: boolean;
}

/** Translates paths of the merged data to those of the response. Only responses with errors need it. */
export class ResponsePaths {
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly #keys: PlanKeys;
  readonly #variables: Variables;

  constructor(
    operation: OperationDefinitionNode,
    { fragments, keys }: { fragments: Readonly<Record<string, FragmentDefinitionNode>>; keys: PlanKeys },
    variables: Variables,
  ) {
    this.#operation = operation;
    this.#fragments = fragments;
    this.#keys = keys;
    this.#variables = variables;
  }

  translate(planPath: Path): TranslatedPath {
    const path: (string | number)[] = [];
    let here: readonly SelectionSetNode[] = [this.#operation.selectionSet];
    for (const step of planPath) {
      if (typeof step === 'number') {
        path.push(step);
        continue;
      }
      const found = here.flatMap((selectionSet) => this.#find(selectionSet, step));
      if (found.length === 0) return { path: path.length === 0 ? undefined : path, isWhole: false };
      path.push(this.#keys.toResponseKey(step));
      here = found.flatMap(({ selectionSet }) => selectionSet ?? []);
    }
    return { path: path.length === 0 ? undefined : path, isWhole: true };
  }

  /** The fields of one name, for whatever type: where an object is null its type is not known. */
  #find(selectionSet: SelectionSetNode, key: string): { selectionSet?: SelectionSetNode }[] {
    return selectionSet.selections.flatMap((selection) => {
      if (!isIncluded(selection, this.#variables)) return [];
      if (selection.kind === Kind.FIELD) return this.#keys.of(selection) === key ? [selection] : [];
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments[selection.name.value];
      return inner ? this.#find(inner.selectionSet, key) : [];
    });
  }
}

/** Whether a part of a document is neither skipped nor left out. */
export function isIncluded(node: { readonly directives?: readonly DirectiveNode[] }, variables: Variables): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}
