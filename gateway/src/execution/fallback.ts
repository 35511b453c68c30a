import type { GraphQLDataSource } from '@apollo/gateway';
import { internalMessage, PublicError } from '@atrium/service-kit';
import { type DocumentNode, type FieldNode, type GraphQLError, Kind, OperationTypeNode, visit } from 'graphql';
import type { Logger } from 'pino';
import { toDataSource } from './apollo-source.ts';
import type {
  CompiledOperation,
  ExecutionContext,
  ExecutionResult,
  OperationToCompile,
  Subgraph,
} from './execution.ts';
import type { PlanKeys } from './plan/plan-keys.ts';
import { prepareOperation } from './plan/prepare-operation.ts';
import { type JsonObject, startRun } from './plan/run.ts';
import { planVariable } from './plan/variable-names.ts';
import { failWhole } from './planned-operation.ts';
import type { Planner } from './planner.ts';
import type { Responder } from './response/responder.ts';
import { SubgraphError } from './subgraph-answer.ts';

/** What @apollo/gateway's executor made of an operation, by the names of the plan. */
export interface FallbackResult {
  data: JsonObject | undefined;
  errors: readonly SubgraphError[];
}

/** Executes an operation on @apollo/gateway's executor. */
export type ExecuteFallback = (
  variables: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
) => Promise<FallbackResult>;

/**
 * Readies an operation for @apollo/gateway's executor, over the same plan and the same subgraphs. The library is
 * loaded when something is first executed so: it takes a third of the memory of all the rest.
 */
export function prepareFallback(
  { visible }: OperationToCompile,
  keys: PlanKeys,
  { planner, subgraph }: { planner: Planner; subgraph(name: string): Subgraph },
): ExecuteFallback {
  if (!visible) return async () => ({ data: undefined, errors: [] });
  const document = withTypenames(prepareOperation(visible.document, visible.operation, planner.schema, keys));
  const queryPlan = planner.plan(document);
  const isRead = visible.operation.operation === OperationTypeNode.QUERY;
  // Any name of a subgraph is a service; none of them is asked before it is needed.
  const services = new Proxy({} as Record<string, GraphQLDataSource>, {
    get: (_target, name) => toDataSource(subgraph(String(name)), isRead),
  });
  return async (variables, context) => {
    const { buildOperationContext, executeQueryPlan } = await loadGateway();
    const renamed = Object.entries(variables).map(([name, value]) => [planVariable(name), value]);
    const request = { variables: Object.fromEntries(renamed) };
    const { data, errors, extensions } = await executeQueryPlan(
      queryPlan,
      services,
      { request, context, metrics: {} } as unknown as Parameters<typeof executeQueryPlan>[2],
      buildOperationContext({ schema: planner.schema, operationDocument: document }),
      planner.supergraphSchema.toGraphQLJSSchema(),
      planner.apiSchema,
    );
    const completion = (extensions?.valueCompletion ?? []) as GraphQLError[];
    return { data: data ?? undefined, errors: [...(errors ?? []), ...completion].map(toSubgraphError) };
  };
}

/** An operation that runs on @apollo/gateway's executor; its response is written as all are. */
export class FallenOperation implements CompiledOperation {
  readonly fallsBack = true;
  readonly #execute: ExecuteFallback;
  readonly #responder: Responder;
  readonly #logger: Logger;
  readonly #onExecute: () => void;

  constructor(execute: ExecuteFallback, responder: Responder, logger: Logger, onExecute: () => void) {
    this.#execute = execute;
    this.#responder = responder;
    this.#logger = logger;
    this.#onExecute = onExecute;
  }

  async execute(variables: Record<string, unknown>, context: ExecutionContext): Promise<ExecutionResult> {
    try {
      this.#onExecute();
      const { data, errors } = await this.#execute(variables, context);
      const run = { ...startRun(variables, context), data, isPlain: false };
      return this.#responder.respond(run, this.#responder.createForm(variables, { compiled: false }), (told, paths) => {
        for (const error of errors) {
          const { path, isWhole } = paths.translate(error.path ?? [], data);
          if (isWhole) told.add(path, error);
        }
      });
    } catch (error) {
      return failWhole(error, context, this.#logger);
    }
  }
}

async function loadGateway(): Promise<typeof import('@apollo/gateway')> {
  // Read by @apollo/gateway when it is loaded; without it measurements go to its vendor.
  // biome-ignore lint/style/noProcessEnv: the library takes this from nowhere else.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  return import('@apollo/gateway');
}

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** The executor shapes its data by the document, and the response is written by the types of its objects. */
function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet: { leave: (node) => ({ ...node, selections: [typenameField, ...node.selections] }) },
  });
}

/** What the executor itself finds wrong quotes the data, and so does not leave. */
function toSubgraphError({ path, originalError }: GraphQLError): SubgraphError {
  const error = originalError instanceof PublicError ? originalError : new PublicError('INTERNAL', internalMessage);
  return new SubgraphError(error, path);
}
