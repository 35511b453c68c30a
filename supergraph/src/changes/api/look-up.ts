import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** What a field answers. */
export function outputType(schema: GraphQLSchema, typeName: string, fieldName: string): GraphQLOutputType | undefined {
  const type = schema.getType(typeName);
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName]?.type : undefined;
}

/** An argument of a field. */
export function argumentOf(
  schema: GraphQLSchema,
  typeName: string,
  fieldName: string,
  argumentName: string,
): GraphQLArgument | undefined {
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  return type.getFields()[fieldName]?.args.find(({ name }) => name === argumentName);
}

/** A field of an input. */
export function inputFieldOf(schema: GraphQLSchema, inputName: string, name: string): GraphQLInputField | undefined {
  const type = schema.getType(inputName);
  return isInputObjectType(type) ? type.getFields()[name] : undefined;
}

/** The lists and non-nulls around a type, such as `[…!]!`. */
export function shapeOf(type: GraphQLType): string {
  return String(type).replace(getNamedType(type).name, '…');
}
