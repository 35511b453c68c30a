import { type ConstDirectiveNode, type DefinitionNode, Kind, parse, print, visit } from 'graphql';

/** What @apollo/gateway refuses to load, by the name of the specification that the supergraph links. */
const stripped = new Set(['authenticated', 'requiresScopes', 'policy', 'cacheTag']);

/**
 * The supergraph without the directives that @apollo/gateway refuses. The subgraphs enforce the scopes; the planner
 * needs to know nothing of them.
 */
export function stripDirectives(supergraphSdl: string): string {
  const document = visit(parse(supergraphSdl, { noLocation: true }), {
    Directive: (node) => (isStrippedUse(node) ? null : undefined),
  });
  const definitions = document.definitions.filter((definition) => !isStrippedDefinition(definition));
  return print({ ...document, definitions });
}

function isStrippedUse(node: ConstDirectiveNode | { name: { value: string } }): boolean {
  const { value } = node.name;
  if (value === 'link') return isStrippedLink(node as ConstDirectiveNode);
  return stripped.has(baseName(value));
}

/** Whether this is the `@link` of such a specification: `https://specs.apollo.dev/requiresScopes/v0.1`. */
function isStrippedLink(node: ConstDirectiveNode): boolean {
  const url = node.arguments?.find((argument) => argument.name.value === 'url')?.value;
  if (url?.kind !== Kind.STRING) return false;
  return stripped.has(url.value.split('/').at(-2) ?? '');
}

function isStrippedDefinition(definition: DefinitionNode): boolean {
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) return stripped.has(baseName(definition.name.value));
  // Such as `scalar requiresScopes__Scope`, which only the stripped directive's arguments use.
  return definition.kind === Kind.SCALAR_TYPE_DEFINITION && stripped.has(definition.name.value.split('__')[0] ?? '');
}

function baseName(name: string): string {
  return name.split('__').at(-1) ?? name;
}
