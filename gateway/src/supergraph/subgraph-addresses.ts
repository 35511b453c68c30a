import { type ConstDirectiveNode, Kind, parse } from 'graphql';

/**
 * Where a supergraph says that its subgraphs listen, by their names: the `@join__graph` directives of its `join__Graph`
 * enum (https://specs.apollo.dev/join/v0.3).
 */
export function readSubgraphAddresses(supergraphSdl: string): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const graph = value.directives?.find(({ name }) => name.value === 'join__graph');
      const name = graph && textOf(graph, 'name');
      if (name) addresses.set(name, textOf(graph, 'url') ?? '');
    }
  }
  return addresses;
}

function textOf(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
