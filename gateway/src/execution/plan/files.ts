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
import type { UsedVariable } from './request-body.ts';

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
  used: readonly UsedVariable[],
  fileVariables: ReadonlySet<string>,
): ((variables: Variables) => TakenFiles | undefined) | undefined {
  const suspects = used.filter(({ from }) => fileVariables.has(from));
  if (suspects.length === 0) return undefined;
  return (variables) => {
    const uploads = findUploads(Object.fromEntries(suspects.map(({ name, from }) => [name, variables[from]])));
    if (uploads.size === 0) return undefined;
    const emptied = suspects.map(({ from }) => [from, withoutFiles(variables[from])]);
    return { uploads, variables: { ...variables, ...Object.fromEntries(emptied) } };
  };
}

function withoutFiles(value: unknown): unknown {
  if (value instanceof Upload) return null;
  if (Array.isArray(value)) return value.map(withoutFiles);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutFiles(item)]));
}
