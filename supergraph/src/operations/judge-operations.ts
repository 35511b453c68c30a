import { type GraphQLSchema, getVariableValues, validate } from 'graphql';
import { type Finding, formatPlace } from '../findings/finding.ts';
import { type Operation, placeOf } from '../use/operation.ts';
import { Uses } from '../use/uses.ts';

/** What is wrong with operations as they stand: those that the schema refuses, those without a name, those of one name. */
export function judgeOperations(operations: readonly Operation[], schema: GraphQLSchema): Finding[] {
  return [
    ...operations.flatMap((operation) => [...refused(operation, schema), ...unnamed(operation)]),
    ...sameNames(operations),
    ...deprecated(operations, schema),
  ];
}

function refused(operation: Operation, schema: GraphQLSchema): Finding[] {
  const { name, definition, document, variables, file } = operation;
  const invalid = validate(schema, document);
  if (invalid.length > 0) {
    return invalid.map(({ message, nodes }) => ({
      rule: 'operation-invalid',
      severity: 'error',
      subject: name,
      message,
      place: placeOf(nodes?.[0] ?? definition, operation),
    }));
  }
  const { errors = [] } = variables ? getVariableValues(schema, definition.variableDefinitions ?? [], variables) : {};
  return errors.map(({ message }) => ({
    rule: 'example-invalid',
    severity: 'error',
    subject: name,
    message: `the example variables do not fit: ${message}`,
    place: { file: file.replace(/\.(graphql|gql)$/, '.variables.json'), line: 1 },
  }));
}

function unnamed(operation: Operation): Finding[] {
  if (operation.definition.name) return [];
  const message = 'The operation has no name: no metric, trace or manifest can tell it from others';
  return [{ rule: 'operation-unnamed', severity: 'error', message, place: placeOf(operation.definition, operation) }];
}

function sameNames(operations: readonly Operation[]): Finding[] {
  const byName = Map.groupBy(operations, ({ name }) => name);
  return [...byName].flatMap(([name, [first, ...others]]) =>
    others.map((operation): Finding => {
      const place = placeOf(operation.definition, operation);
      const at = first ? formatPlace(placeOf(first.definition, first)) : '';
      const message = `Another operation of this name stands at ${at}: metrics and clients cannot tell them apart`;
      return { rule: 'operation-name-taken', severity: 'error', subject: name, message, place };
    }),
  );
}

function deprecated(operations: readonly Operation[], schema: GraphQLSchema): Finding[] {
  const uses = new Uses(operations, schema);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!('getFields' in type) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      if (!field.deprecationReason) return [];
      const subject = `${type.name}.${field.name}`;
      return uses.of(subject, 'selected', 'given').map(
        ({ operation, node }): Finding => ({
          rule: 'deprecated-in-use',
          severity: 'warning',
          subject,
          message: `Operation '${operation.name}' uses what is deprecated: ${field.deprecationReason}`,
          place: placeOf(node, operation),
        }),
      );
    });
  });
}
