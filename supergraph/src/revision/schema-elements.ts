import {
  type ASTNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type NameNode,
  type TypeNode,
} from 'graphql';
import type { Place } from '../findings/finding.ts';
import { placeOfNode } from '../findings/place-of-node.ts';

/** An element of a subgraph's schema: a type, a field, an argument, a value of an enum. */
export interface SchemaElement {
  coordinate: string;
  node: ASTNode & { name: NameNode };
  /** All directives, those of a type's extensions included. */
  directives: ConstDirectiveNode[];
  /** What a field answers or an input takes. */
  type?: TypeNode;
}

/** The elements of a subgraph's schema by their coordinates; a type and its extensions are one. */
export function readElements({ definitions }: DocumentNode): Map<string, SchemaElement> {
  const elements = new Map<string, SchemaElement>();
  const add = (coordinate: string, node: ElementNode): void => {
    const known = elements.get(coordinate);
    if (known) known.directives.push(...(node.directives ?? []));
    else {
      const type = 'type' in node ? { type: node.type } : {};
      elements.set(coordinate, { coordinate, node, directives: [...(node.directives ?? [])], ...type });
    }
  };
  for (const definition of definitions) addDefinition(definition, add);
  return elements;
}

/** Where an element's name stands. */
export function elementPlace({ node }: { node: { name: NameNode } }): Place | undefined {
  return placeOfNode(node.name);
}

type ElementNode = SchemaElement['node'] & { directives?: readonly ConstDirectiveNode[] | undefined; type?: TypeNode };
type Add = (coordinate: string, node: ElementNode) => void;

function addDefinition(definition: DefinitionNode, add: Add): void {
  if (!('name' in definition) || !definition.name) return;
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) return;
  if (definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION) return;
  const type = definition.name.value;
  add(type, definition as ElementNode);
  if ('values' in definition) {
    for (const value of definition.values ?? []) add(`${type}.${value.name.value}`, value as ElementNode);
  }
  if (!('fields' in definition)) return;
  for (const field of definition.fields ?? []) {
    const coordinate = `${type}.${field.name.value}`;
    add(coordinate, field as ElementNode);
    if (!('arguments' in field)) continue;
    for (const argument of field.arguments ?? []) {
      add(`${coordinate}(${argument.name.value}:)`, argument as ElementNode);
    }
  }
}
