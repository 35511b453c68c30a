import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Path } from '../subgraph-answer.ts';
import type { Run } from './graph.ts';

/** An operation with the variables of one execution. */
export interface Operation {
  text: string;
  document: DocumentNode;
  definition: OperationDefinitionNode;
  /** As the client sends them. */
  variables: Record<string, unknown>;
}

/** An error as far as it is compared. */
export interface AnswerError {
  path: Path | undefined;
  message: string;
  code: string | undefined;
}

/** What one of the executors answered. */
export interface Answer {
  data: unknown;
  errors: readonly AnswerError[];
}

/** One that executes operations of a graph. */
export interface Executor {
  execute(operation: Operation, run: Run): Promise<Answer>;
}
