import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import type { ResponseField, ResponseShape } from './response-shape.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Answers `__schema` and `__type` by graphql-js, which knows its own schema best. */
export class Introspection {
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: readonly FragmentDefinitionNode[];
  readonly #known = new WeakMap<ResponseField['nodes'], { text: string | undefined }>();

  constructor(document: DocumentNode, operation: OperationDefinitionNode) {
    this.#operation = operation;
    this.#fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  }

  /** The text of a field that depends on no variable, worked out once; undefined where it does, or has no value. */
  textOf(field: ResponseField, shape: ResponseShape): string | undefined {
    const known = this.#known.get(field.nodes);
    if (known) return known.text;
    const text = this.#usesVariables(field) ? undefined : this.#execute(field, shape, [], {});
    this.#known.set(field.nodes, { text });
    return text;
  }

  /** The text of a field with the variables of a request. */
  execute(field: ResponseField, shape: ResponseShape, variables: Variables): string | undefined {
    return (
      this.textOf(field, shape) ?? this.#execute(field, shape, this.#operation.variableDefinitions ?? [], variables)
    );
  }

  #execute(
    { key, nodes }: ResponseField,
    { schema }: ResponseShape,
    variableDefinitions: readonly VariableDefinitionNode[],
    variableValues: Variables,
  ): string | undefined {
    const operation: OperationDefinitionNode = {
      ...this.#operation,
      operation: OperationTypeNode.QUERY,
      variableDefinitions,
      selectionSet: { kind: Kind.SELECTION_SET, selections: nodes },
    };
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...this.#fragments] };
    const { data } = executeSync({ schema, document, variableValues });
    const value = data?.[key];
    return value === undefined ? undefined : JSON.stringify(value);
  }

  /** Any variable of any fragment counts: it is asked once for a document and errs to the safe side. */
  #usesVariables({ nodes }: ResponseField): boolean {
    let found = false;
    const notice = () => {
      found = true;
    };
    for (const node of [...nodes, ...this.#fragments]) visit(node, { Variable: notice });
    return found;
  }
}
