import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NameNode,
  type StringValueNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql';

/** What a rule looks at. */
export type ElementKind = 'type' | 'field' | 'argument' | 'input-field' | 'enum-value';

type SchemaNode =
  | TypeDefinitionNode
  | TypeExtensionNode
  | FieldDefinitionNode
  | InputValueDefinitionNode
  | EnumValueDefinitionNode;

/** An element of a subgraph's schema with what surrounds it. */
export interface LintedElement {
  kind: ElementKind;
  coordinate: string;
  name: string;
  node: SchemaNode;
  description: string | undefined;
  directives: readonly ConstDirectiveNode[];
  /** What a field answers, or an argument takes. */
  type?: TypeNode;
  /** The elements around it, the nearest last. */
  within: readonly LintedElement[];
}

/** All elements of a schema's definitions, each before those within it. */
export function elementsOf(definitions: readonly DefinitionNode[]): LintedElement[] {
  return definitions.flatMap((definition) => {
    if (!isTypeNode(definition)) return [];
    const type = toElement('type', definition, definition.name.value, []);
    return [type, ...membersOf(definition, type)];
  });
}

/** The type behind lists and non-nulls. */
export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function membersOf(definition: TypeDefinitionNode | TypeExtensionNode, type: LintedElement): LintedElement[] {
  if ('values' in definition) {
    return (definition.values ?? []).map((value) =>
      toElement('enum-value', value, `${type.name}.${value.name.value}`, [type]),
    );
  }
  if (!('fields' in definition)) return [];
  return (definition.fields ?? []).flatMap((field) => {
    const coordinate = `${type.name}.${field.name.value}`;
    if (field.kind === Kind.INPUT_VALUE_DEFINITION) return [toElement('input-field', field, coordinate, [type])];
    const element = toElement('field', field, coordinate, [type]);
    const args = (field.arguments ?? []).map((argument) =>
      toElement('argument', argument, `${coordinate}(${argument.name.value}:)`, [type, element]),
    );
    return [element, ...args];
  });
}

function toElement(
  kind: ElementKind,
  node: SchemaNode & { name: NameNode; description?: StringValueNode | undefined },
  coordinate: string,
  within: LintedElement[],
): LintedElement {
  return {
    kind,
    coordinate,
    name: node.name.value,
    node,
    description: node.description?.value,
    directives: node.directives ?? [],
    ...('type' in node && { type: node.type }),
    within,
  };
}

function isTypeNode(definition: DefinitionNode): definition is TypeDefinitionNode | TypeExtensionNode {
  return definition.kind.endsWith('TypeDefinition') || definition.kind.endsWith('TypeExtension');
}
