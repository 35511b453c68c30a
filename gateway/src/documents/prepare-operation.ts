import { PublicError } from '@atrium/service-kit';
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type VariableDefinitionNode,
  validate,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { CompiledOperation, Engine } from '../execution/execution.ts';
import { introspects } from '../execution/root-fields.ts';
import type { ApiClient } from '../identity/authenticator.ts';
import { limitOf, toRefusal } from './refusal.ts';

/** More faults of one document than this help nobody. */
const maxErrors = 20;

/** What is known of an operation once it was parsed, judged and planned: all that a request does not change. */
export interface PreparedOperation {
  readonly name: string | undefined;
  readonly isQuery: boolean;
  /** Whether it asks for the schema. */
  readonly introspects: boolean;
  /** The variables in the form of their types; throws a Refusal that names those that do not fit. */
  coerce(variables: Record<string, unknown>): Record<string, unknown>;
  /** How many requests it counts for. */
  charge(variables: Record<string, unknown>): number;
  /** What this client gets; throws where it may not run it at all. */
  compiledFor(client: ApiClient): CompiledOperation;
}

/** What documents are judged by. */
export interface PrepareOptions {
  engine: Engine;
  maxTokens: number;
  /** How long an operation took to be planned and compiled. */
  onCompiled?: (durationMs: number) => void;
}

/** Parses, judges and prepares one operation; throws a PublicError or a Refusal where it cannot be run. */
export function prepareOperation(
  text: string,
  operationName: string | undefined,
  { engine, maxTokens, onCompiled }: PrepareOptions,
): PreparedOperation {
  const document = parseDocument(text, maxTokens);
  const errors = validate(engine.schema, document, undefined, { maxErrors });
  if (errors.length > 0) throw limitOf(errors) ?? toRefusal('GRAPHQL_VALIDATION_FAILED', errors);
  const operation = chooseOperation(document, operationName);
  judgeKind(operation, engine);
  const definitions = operation.variableDefinitions ?? [];
  const compiled = new WeakMap<ApiClient, CompiledOperation>();
  return {
    name: operation.name?.value,
    isQuery: operation.operation === OperationTypeNode.QUERY,
    introspects: introspects(operation, document),
    coerce: (variables) => (definitions.length === 0 ? variables : coerceVariables(engine, definitions, variables)),
    charge: () => 1,
    compiledFor(client) {
      let found = compiled.get(client);
      if (!found) {
        const start = performance.now();
        found = engine.compile({
          document,
          operation,
          visible: { document, operation },
          guard: { denies: () => false },
        });
        onCompiled?.(performance.now() - start);
        compiled.set(client, found);
      }
      return found;
    },
  };
}

function parseDocument(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw limitOf([error]) ?? toRefusal('GRAPHQL_PARSE_FAILED', [error]);
  }
}

function chooseOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation) return operation;
  const several = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length > 1;
  if (name === undefined && several) {
    throw new PublicError('BAD_REQUEST', 'The document has several operations. Name one in operationName.');
  }
  throw unknownOperation();
}

/** graphql-js leaves it to execution whether the schema has operations of this kind. */
function judgeKind({ operation }: OperationDefinitionNode, { schema }: Engine): void {
  if (operation === OperationTypeNode.SUBSCRIPTION) {
    throw new PublicError('OPERATION_NOT_ALLOWED', 'This graph has no subscriptions. Send a query.');
  }
  if (!schema.getRootType(operation)) throw new PublicError('OPERATION_NOT_ALLOWED', 'This graph has no mutations.');
}

/** What is said where operationName names nothing. */
export function unknownOperation(): PublicError {
  return new PublicError('BAD_REQUEST', 'The document has no operation of the name that operationName gives.');
}

function coerceVariables(
  { schema }: Engine,
  definitions: readonly VariableDefinitionNode[],
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const { coerced, errors } = getVariableValues(schema, definitions, variables, { maxErrors });
  if (errors) throw toRefusal('BAD_USER_INPUT', errors);
  return coerced;
}
