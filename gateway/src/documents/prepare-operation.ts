import { PublicError } from '@atrium/service-kit';
import type { SupergraphCosts } from '@atrium/supergraph/costs';
import { costOf } from '@atrium/supergraph/costs';
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
  validate,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { Guards, ScopeGuard } from '../authorization/guard.ts';
import { judgeMutation } from '../authorization/judge-mutation.ts';
import { visibleDocument } from '../authorization/visible-document.ts';
import type { CompiledOperation, Engine } from '../execution/execution.ts';
import { chargeOf } from '../limits/charge-of.ts';
import { limitCost } from '../limits/cost.ts';
import { limitDocument } from '../limits/limit-document.ts';
import type { LimitSettings } from '../limits/settings.ts';
import { limitText } from '../limits/text.ts';
import { parseDocument } from '../limits/tokens.ts';
import { limitOf, toRefusal } from './refusal.ts';
import { introspects } from './root-fields.ts';

/** More faults of one document than this help nobody. */
const maxErrors = 20;

/** What is known of an operation once it was parsed, judged and planned: all that a request does not change. */
export interface PreparedOperation {
  readonly name: string | undefined;
  readonly isQuery: boolean;
  /** Whether it asks for the schema. */
  readonly introspects: boolean;
  /**
   * The variables in the form of their types; throws a Refusal that names those that do not fit, and QUERY_TOO_COMPLEX
   * where with them the operation would cost too much.
   */
  coerce(variables: Record<string, unknown>): Record<string, unknown>;
  /** How many requests it counts for. */
  charge(variables: Record<string, unknown>): number;
  /** What callers with these scopes get; throws FORBIDDEN where they may not run it at all. */
  compiledFor(scopes: ReadonlySet<string>): CompiledOperation;
}

/** What operations are judged by and made for. */
export interface PrepareOptions {
  engine: Engine;
  guards: Guards;
  costs: SupergraphCosts;
  limits: LimitSettings;
  /** How long an operation took to be planned and compiled. */
  onCompiled?: (durationMs: number) => void;
}

/** Parses, judges and prepares one operation; throws a PublicError or a Refusal where it cannot be run. */
export function prepareOperation(
  text: string,
  operationName: string | undefined,
  options: PrepareOptions,
): PreparedOperation {
  const { engine, limits } = options;
  const { schema } = engine;
  const document = readDocument(text, options);
  const operation = chooseOperation(document, operationName);
  if (!schema.getRootType(operation.operation)) {
    throw new PublicError('OPERATION_NOT_ALLOWED', 'This graph has no operations of this kind. Send a query.');
  }
  const definitions = operation.variableDefinitions ?? [];
  const cost = costOf(operation, document, schema, { costs: options.costs, listSize: limits.operationListSize });
  return {
    name: operation.name?.value,
    isQuery: operation.operation === OperationTypeNode.QUERY,
    introspects: introspects(operation, document),
    coerce(variables) {
      const coerced = definitions.length === 0 ? variables : coerceVariables(engine, definitions, variables);
      const met = limitCost(cost(coerced), limits);
      if (met) throw met;
      return coerced;
    },
    charge: chargeOf(operation, document, limits.chargedLists),
    compiledFor: compilerFor(document, operation, options),
  };
}

/** A document that is within its limits and fits the schema. What takes long on hostile ones is judged last. */
function readDocument(text: string, { engine, limits }: PrepareOptions): DocumentNode {
  throwIfMet(limitText(text, limits));
  const document = parse(text, limits);
  throwIfMet(limitDocument(document, limits));
  const errors = validate(engine.schema, document, undefined, { maxErrors, hideSuggestions: true });
  if (errors.length > 0) throw limitOf(errors) ?? toRefusal('GRAPHQL_VALIDATION_FAILED', errors);
  return document;
}

function throwIfMet(met: PublicError | undefined): void {
  if (met) throw met;
}

function parse(text: string, limits: LimitSettings): DocumentNode {
  try {
    return parseDocument(text, limits);
  } catch (error) {
    if (error instanceof GraphQLError) throw toRefusal('GRAPHQL_PARSE_FAILED', [error]);
    throw error;
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

/** What is said where operationName names nothing. */
export function unknownOperation(): PublicError {
  return new PublicError('BAD_REQUEST', 'The document has no operation of the name that operationName gives.');
}

function coerceVariables(
  { schema }: Engine,
  definitions: readonly VariableDefinitionNode[],
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const { coerced, errors } = getVariableValues(schema, definitions, variables, { maxErrors, hideSuggestions: true });
  if (errors) throw toRefusal('BAD_USER_INPUT', errors);
  return coerced;
}

/** Compiles an operation once for all callers who may see the same of it. */
function compilerFor(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { engine, guards, onCompiled }: PrepareOptions,
): (scopes: ReadonlySet<string>) => CompiledOperation {
  const bySignature = new Map<string, CompiledOperation>();
  const byScopes = new WeakMap<ReadonlySet<string>, CompiledOperation>();

  function compile(guard: ScopeGuard): CompiledOperation {
    throwIfMet(judgeMutation(operation, document, engine.schema, guard));
    const { visible, signature } = visibleDocument(document, operation, engine.schema, guard);
    let compiled = bySignature.get(signature);
    if (!compiled) {
      const start = performance.now();
      compiled = engine.compile({ document, operation, visible, guard });
      onCompiled?.(performance.now() - start);
      bySignature.set(signature, compiled);
    }
    return compiled;
  }

  return (scopes) => {
    let compiled = byScopes.get(scopes);
    if (!compiled) {
      compiled = compile(guards.guardFor(scopes));
      byScopes.set(scopes, compiled);
    }
    return compiled;
  };
}
