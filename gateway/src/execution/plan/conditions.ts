import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  visit,
} from 'graphql';

/** A part of a document that may stand under `@skip` and `@include`. */
export type Conditional = FieldNode | InlineFragmentNode | FragmentSpreadNode;

/** The values of the variables that decide on conditions, as far as they are known. */
export type KnownConditions = Readonly<Record<string, unknown>> | undefined;

/** The part without the conditions that are fulfilled; null where one of them is not, so that it is left out. */
export function settleConditions(node: Conditional, known: KnownConditions): Conditional | null | undefined {
  if (!node.directives?.length) return undefined;
  const directives: DirectiveNode[] = [];
  for (const directive of node.directives) {
    const isIncluded = judge(directive, known);
    if (isIncluded === false) return null;
    if (isIncluded === undefined) directives.push(directive);
  }
  return directives.length === node.directives.length ? undefined : { ...node, directives };
}

/** Whether a directive lets its part in; undefined where nobody knows yet. */
function judge(directive: DirectiveNode, known: KnownConditions): boolean | undefined {
  const name = directive.name.value;
  if (name !== 'skip' && name !== 'include') return undefined;
  const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
  const isTrue =
    value?.kind === Kind.BOOLEAN
      ? value.value
      : value?.kind === Kind.VARIABLE && known
        ? known[value.name.value] === true
        : undefined;
  return isTrue === undefined ? undefined : isTrue === (name === 'include');
}

/** The variables of a document that decide on conditions. */
export function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return;
      for (const { value } of node.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
