import { type GraphQLSchema, getVariableValues } from 'graphql';
import { costOf, type SupergraphCosts } from '../costs/index.ts';
import { Measurement } from '../measures.ts';
import type { Planner } from '../plans/planner.ts';
import type { Requirements } from '../scopes/requirements.ts';
import type { Operation } from '../use/operation.ts';
import { requiredScopes } from './required-scopes.ts';

/** What an operation costs and needs. */
export interface OperationSurvey {
  name: string;
  kind: string;
  file: string;
  /** With its example variables, by @cost and @listSize. */
  cost: number;
  /** Levels of fields; `edges { node }` counts as none. */
  depth: number;
  /** The subgraphs that answer it, each with how many requests it takes. */
  subgraphs: Record<string, number>;
  /** Sets of scopes any one of which shows all that it selects. */
  scopes: string[][];
}

/** What operations are measured by. */
export interface SurveyedGraph {
  schema: GraphQLSchema;
  plan: Planner;
  costs: SupergraphCosts;
  requirements: Requirements;
  /** How long a list is taken to be that has no `@listSize`. */
  listSize: number;
}

/** Measures a valid operation. */
export function surveyOperation(operation: Operation, graph: SurveyedGraph): OperationSurvey {
  const { name, definition, document, file, variables = {} } = operation;
  const { coerced } = getVariableValues(graph.schema, definition.variableDefinitions ?? [], variables);
  const subgraphs: Record<string, number> = {};
  for (const { serviceName } of graph.plan(document)) subgraphs[serviceName] = (subgraphs[serviceName] ?? 0) + 1;
  return {
    name,
    kind: definition.operation,
    file,
    cost: costOf(definition, document, graph.schema, graph)(coerced ?? {}),
    depth: new Measurement(document, []).of(definition).depth,
    subgraphs,
    scopes: requiredScopes(document, graph.schema, graph.requirements),
  };
}
