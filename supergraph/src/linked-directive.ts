import { type DirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';

/**
 * The name that a directive of a specification goes by in a supergraph, by the rules of `@link`
 * (https://specs.apollo.dev/link/v1.0): what it was imported as, or its own name behind the specification's, or the
 * specification's alone where both are the same. Undefined where the supergraph does not link the specification.
 */
export function linkedDirective(
  supergraph: DocumentNode,
  specification: string,
  directive: string,
): string | undefined {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const application of definition.directives ?? []) {
      if (application.name.value !== 'link') continue;
      const { url, as, import: imports } = argumentsOf(application) as LinkArguments;
      if (url?.split('/').at(-2) !== specification) continue;
      const imported = imports?.find((each) => nameOf(each) === `@${directive}`);
      if (imported !== undefined) return aliasOf(imported).slice(1);
      const prefix = as ?? specification;
      return directive === specification ? prefix : `${prefix}__${directive}`;
    }
  }
  return undefined;
}

/** The names that federation's directives go by in a subgraph's schema. */
export function federationNames(subgraph: DocumentNode): (directive: string) => string {
  const names = new Map<string, string>();
  return (directive) => {
    const known = names.get(directive);
    if (known !== undefined) return known;
    // A schema without `@link` is one of Federation 1, whose directives have their plain names.
    const name = linkedDirective(subgraph, 'federation', directive) ?? directive;
    names.set(directive, name);
    return name;
  };
}

/** The arguments of a directive in a schema, as plain values. */
export function argumentsOf({ arguments: given = [] }: DirectiveNode): Record<string, unknown> {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

type Import = string | { name: string; as?: string };
type LinkArguments = { url?: string; as?: string; import?: Import[] };

function nameOf(imported: Import): string {
  return typeof imported === 'string' ? imported : imported.name;
}

function aliasOf(imported: Import): string {
  return typeof imported === 'string' ? imported : (imported.as ?? imported.name);
}
