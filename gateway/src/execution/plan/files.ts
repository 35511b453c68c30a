import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  isScalarType,
  isSpecifiedScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { Upload } from 'graphql-upload-ts';
import { findUploads } from '../multipart.ts';
import { clientVariable } from './prepare-operation.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The files among variables, and the variables with null where a file was. */
export interface TakenFiles {
  uploads: ReadonlyMap<Upload, readonly string[]>;
  variables: Variables;
}

/** The variables of an operation in which files may stand: those that hold a scalar of the supergraph's own. */
export function findFileVariables(operation: OperationDefinitionNode, schema: GraphQLSchema): Set<string> {
  const names = new Set<string>();
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const inputType = typeFromAST(schema, type as Parameters<typeof typeFromAST>[1]);
    if (isInputType(inputType) && mayHoldFiles(inputType, new Set())) names.add(variable.name.value);
  }
  return names;
}

function mayHoldFiles(type: GraphQLInputType, seen: Set<GraphQLInputType>): boolean {
  const named = getNamedType(type);
  if (seen.has(named)) return false;
  seen.add(named);
  if (isScalarType(named)) return !isSpecifiedScalarType(named);
  return isInputObjectType(named) && Object.values(named.getFields()).some((field) => mayHoldFiles(field.type, seen));
}

/** Takes the files out of the variables of one fetch; undefined where no variable of it can hold any. */
export function takeFiles(
  planVariables: readonly string[],
  fileVariables: ReadonlySet<string>,
): ((variables: Variables) => TakenFiles | undefined) | undefined {
  const names = planVariables.map((planName) => ({ planName, name: clientVariable(planName) }));
  const suspects = names.filter(({ name }) => fileVariables.has(name));
  if (suspects.length === 0) return undefined;
  return (variables) => {
    const uploads = findUploads(Object.fromEntries(suspects.map(({ planName, name }) => [planName, variables[name]])));
    if (uploads.size === 0) return undefined;
    const emptied = suspects.map(({ name }) => [name, withoutFiles(variables[name])]);
    return { uploads, variables: { ...variables, ...Object.fromEntries(emptied) } };
  };
}

function withoutFiles(value: unknown): unknown {
  if (value instanceof Upload) return null;
  if (Array.isArray(value)) return value.map(withoutFiles);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutFiles(item)]));
}
