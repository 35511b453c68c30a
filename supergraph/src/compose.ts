import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { composeServices } from '@apollo/composition';
import type { ASTNode, DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { readConfiguration, type SubgraphSource } from './configuration.ts';
import { CompositionFault, type Fault } from './faults.ts';
import type { Place } from './findings/finding.ts';
import { placeOfNode } from './findings/place-of-node.ts';
import { parseFile } from './parse-file.ts';
import { elementPlace, readElements } from './revision/schema-elements.ts';

/** What composition noticed, and whether somebody should look at it. */
export interface Hint extends Fault {
  /** Composition itself knows hints that are only of use to who searches for a fault. */
  level: 'warning' | 'note';
}

/** A composed graph. */
export interface Composition {
  supergraphSdl: string;
  /** What composition noticed without refusing it. */
  hints: Hint[];
  /** The schema that clients see, without what is inaccessible. */
  apiSchema(): GraphQLSchema;
}

/** Composes the subgraphs that a supergraph.yaml names; throws a CompositionFault with file and line of every fault. */
export async function composeConfiguration(yamlFile: string): Promise<Composition> {
  return compose(await readConfiguration(yamlFile));
}

/** Composes and writes the supergraph at once: a reader finds the old file or the new one, never half of one. */
export async function composeFile(yamlFile: string, outFile: string): Promise<Composition> {
  const composition = await composeConfiguration(yamlFile);
  await mkdir(dirname(outFile), { recursive: true });
  const draft = `${outFile}.${process.pid}.tmp`;
  await writeFile(draft, composition.supergraphSdl);
  await rename(draft, outFile);
  return composition;
}

/** Composes subgraphs that are already read. */
export function compose(subgraphs: SubgraphSource[]): Composition {
  const services = subgraphs.map((subgraph) => ({
    name: subgraph.name,
    url: subgraph.routingUrl,
    typeDefs: parseFile(subgraph.file, subgraph.sdl),
  }));
  const { supergraphSdl, schema, errors, hints } = composeServices(services);
  if (errors) throw new CompositionFault(errors.flatMap((error) => toFaults(error, subgraphs)));
  const placeOfElement = createPlaces(services.map(({ typeDefs }) => typeDefs));
  return {
    supergraphSdl,
    hints: hints.map(({ definition, message, nodes, coordinate }) => {
      const [noted] = placesOf(nodes ?? [], subgraphs);
      const place = noted ?? placeOfElement(coordinate) ?? { file: 'supergraph.yaml' };
      const level = definition.level.name === 'DEBUG' ? 'note' : 'warning';
      return { ...place, code: definition.code, message, level };
    }),
    apiSchema: () => schema.toAPISchema().toGraphQLJSSchema(),
  };
}

/** One fault for every place that an error points to; composition knows a subgraph by name, people by its file. */
function toFaults(error: GraphQLError, subgraphs: SubgraphSource[]): Fault[] {
  const code = typeof error.extensions.code === 'string' ? error.extensions.code : 'COMPOSITION_FAILED';
  const places = placesOf(error.nodes ?? [], subgraphs);
  const [named] = subgraphs.filter(
    ({ name }) => error.message.includes(`[${name}]`) || error.message.includes(`"${name}"`),
  );
  const found = places.length > 0 ? places : [{ file: named?.file ?? 'supergraph.yaml' }];
  return found.map((place) => ({ ...place, code, message: error.message }));
}

/** Finds elements by their coordinates in the first document that has them; no document is gone through twice. */
function createPlaces(documents: readonly DocumentNode[]): (coordinate: string | undefined) => Place | undefined {
  let read: ReturnType<typeof readElements>[] | undefined;
  return (coordinate = '') => {
    read ??= documents.map(readElements);
    const element = read.find((elements) => elements.has(coordinate))?.get(coordinate);
    return element && elementPlace(element);
  };
}

function placesOf(nodes: readonly (ASTNode & { subgraph?: string })[], subgraphs: SubgraphSource[]) {
  return nodes.flatMap((node) => {
    const place = placeOfNode(node);
    const file = subgraphs.find(({ name }) => name === node.subgraph)?.file;
    return place ? [file === undefined ? place : { ...place, file }] : [];
  });
}
