import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a consumer of a subgraph relies on, as `npm run supergraph -- contracts` records it beside the schema. */
export interface Contract {
  /** Who sends the requests: the gateway, or a sister service. */
  readonly consumer: string;
  /** The values of the enums that answers hold. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly requests: readonly RecordedRequest[];
}

/** A request that the consumer sends, and the form of the answer that it reads. */
export interface RecordedRequest {
  /** The name of the operation in the document, which no other request has. */
  readonly name: string;
  /** The client's operation that the gateway sends it for. */
  readonly operation?: string;
  readonly kind: 'query' | 'mutation';
  readonly document: string;
  /** The variables that are sent, by name, with the types that the document declares. */
  readonly variables: Readonly<Record<string, string>>;
  /** Values of the client's example, as far as this request carries them. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** For a fetch of entities: the fields that each type's representations carry besides `__typename`. */
  readonly representations?: Readonly<Record<string, readonly string[]>>;
  readonly answer: Readonly<Record<string, Shape>>;
}

/** The form of a value: the type alone, where nothing else is to be said of it. */
export type Shape = string | DetailedShape;

/** The form of a value, in the words of the schema. */
export interface DetailedShape {
  /** As the schema writes it, `[UserEdge!]!`. */
  readonly type: string;
  /** The sets of scopes of which the field needs one. */
  readonly scopes?: readonly (readonly string[])[];
  /** What is selected of an object, by the key in the answer. */
  readonly fields?: Readonly<Record<string, Shape>>;
  /** What is selected of an object of one type alone. */
  readonly on?: Readonly<Record<string, Readonly<Record<string, Shape>>>>;
}

/** The folder beside a subgraph's schema where its contracts lie, a file for each consumer. */
export const contractsFolder = 'contracts';

/** The contracts of the subgraph in this folder. */
export function readContracts(subgraphFolder: string): Contract[] {
  const folder = join(subgraphFolder, contractsFolder);
  return globSync('*.json', { cwd: folder })
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Contract);
}
