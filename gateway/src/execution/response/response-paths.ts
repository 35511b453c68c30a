import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PlanKeys } from '../plan/plan-keys.ts';
import type { JsonObject } from '../plan/run.ts';
import type { SupergraphTypes } from '../planner.ts';
import type { Path } from '../subgraph-answer.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A place of the merged data, as the response knows it. */
export interface TranslatedPath {
  /** As far as the client asked; undefined where not even the first field was asked for. */
  path: Path | undefined;
  /** Whether the client asked for all of it, rather than the planner for itself. */
  isWhole: boolean;
  /** Whether there is nothing at the place, as where a null went up to it from below. */
  isNull: boolean;
}

/** What paths are translated by. */
export interface PathSource {
  operation: OperationDefinitionNode;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  keys: PlanKeys;
  types: SupergraphTypes;
}

/** Translates paths of the merged data to those of the response. Only responses with errors need it. */
export class ResponsePaths {
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly #keys: PlanKeys;
  readonly #types: SupergraphTypes;
  readonly #variables: Variables;

  constructor({ operation, fragments, keys, types }: PathSource, variables: Variables) {
    this.#operation = operation;
    this.#fragments = fragments;
    this.#keys = keys;
    this.#types = types;
    this.#variables = variables;
  }

  translate(planPath: Path, data: JsonObject | undefined): TranslatedPath {
    const path: (string | number)[] = [];
    let here: readonly SelectionSetNode[] = [this.#operation.selectionSet];
    let value: unknown = data;
    for (const step of planPath) {
      if (typeof step === 'string') {
        const found = here.flatMap((selectionSet) => this.#find(selectionSet, step, value));
        if (found.length === 0) return describePlace(path, value, false);
        here = found.flatMap(({ selectionSet }) => selectionSet ?? []);
      }
      path.push(typeof step === 'string' ? this.#keys.toResponseKey(step) : step);
      value = typeof value === 'object' && value !== null ? (value as JsonObject)[step] : undefined;
    }
    return describePlace(path, value, true);
  }

  /** The fields of one name; for every type where the object is null, so that its type is not known. */
  #find(selectionSet: SelectionSetNode, key: string, object: unknown): { selectionSet?: SelectionSetNode }[] {
    return selectionSet.selections.flatMap((selection) => {
      if (!isIncluded(selection, this.#variables)) return [];
      if (selection.kind === Kind.FIELD) return this.#keys.of(selection) === key ? [selection] : [];
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments[selection.name.value];
      return inner && this.#applies(inner.typeCondition, object) ? this.#find(inner.selectionSet, key, object) : [];
    });
  }

  #applies(condition: NamedTypeNode | undefined, object: unknown): boolean {
    const typeName = typeof object === 'object' ? (object as JsonObject | null)?.__typename : undefined;
    if (!condition || typeof typeName !== 'string' || this.#types.isInterface(typeName)) return true;
    return this.#types.fulfils(typeName, condition.name.value);
  }
}

function describePlace(path: Path, value: unknown, isWhole: boolean): TranslatedPath {
  return { path: path.length === 0 ? undefined : path, isWhole, isNull: value === null || value === undefined };
}

/** Whether a part of a document is neither skipped nor left out. */
export function isIncluded(node: { readonly directives?: readonly DirectiveNode[] }, variables: Variables): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}
