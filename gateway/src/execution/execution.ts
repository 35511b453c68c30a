import type { ErrorCode, RequestContext } from '@atrium/service-kit';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Upload } from 'graphql-upload-ts';
import type { ApiClient } from '../identity/authenticator.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** What belongs to one request to the graph while it is executed. */
export interface ExecutionContext {
  readonly client: ApiClient;
  readonly request: RequestContext;
  /** Aborted when the client goes away before it was answered. */
  readonly signal: AbortSignal;
}

/** One fetch of a query plan. */
export interface SubgraphFetch {
  /** The request as JSON text, `{"query":"…","variables":{…}}`; files in it are null. */
  body: string;
  /** How many entities were asked for, which the answer must hold; undefined where this is no entity fetch. */
  entityCount: number | undefined;
  /** A read may be sent again and is given up when its client goes away; a change is neither. */
  isRead: boolean;
  /** The files among the variables, each with its places such as `variables.input.file`; undefined where none is. */
  uploads: ReadonlyMap<Upload, readonly string[]> | undefined;
}

/** A subgraph, as the fetches of a plan reach it. */
export interface Subgraph {
  /** Sends a fetch. It never rejects: what went wrong stands among the answer's errors. */
  fetch(fetch: SubgraphFetch, context: ExecutionContext): Promise<SubgraphAnswer>;
}

/** Which fields the caller of an operation may not see. Judged by concrete type, when an operation is compiled. */
export interface FieldGuard {
  denies(typeName: string, fieldName: string): boolean;
}

/** What is to be executed. */
export interface OperationToCompile {
  /** A validated document, as the client wrote it: the response has its shape. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /**
   * The same without what the caller may not see: this is planned and fetched. Undefined where nothing is left to ask.
   * The response shows null for what is missing, with an error where the guard denies it.
   */
  visible: { document: DocumentNode; operation: OperationDefinitionNode } | undefined;
  guard: FieldGuard;
}

/** What came of an operation. */
export interface ExecutionResult {
  /** The whole response body, `{"errors":[…],"data":…}`, as JSON text in UTF-8. */
  body: string | Buffer;
  /** The code of each of its errors; empty where there is none. */
  errorCodes: readonly ErrorCode[];
}

/** An operation that is planned and compiled, and can be executed any number of times. */
export interface CompiledOperation {
  /** Whether it is beyond our compiler and runs on @apollo/gateway's executor. */
  readonly fallsBack: boolean;
  /** Executes it with coerced variables. It never rejects. */
  execute(variables: Record<string, unknown>, context: ExecutionContext): Promise<ExecutionResult>;
}

/** A supergraph that can be asked. */
export interface Engine {
  /** The public schema: what clients may know of. */
  readonly schema: GraphQLSchema;
  compile(operation: OperationToCompile): CompiledOperation;
}
