import type { PrivateJwk } from '../../settings.ts';
import type { ScalarForms } from './check-answer.ts';

/** The signing keys of a graph, by the name of the service; the gateway is in each. */
export type SigningKeys = Readonly<Record<string, PrivateJwk>> & { readonly gateway: PrivateJwk };

/** A subgraph that runs alone: its own process and database, and whoever it calls as a fake at the wire. */
export interface RunningProvider {
  readonly url: string;
  /** For a superuser, who may read PostgreSQL's statistics. */
  readonly databaseUrl: string;
  /** Of all whom it trusts. */
  readonly keys: SigningKeys;
  /** All that the process has written. */
  output(): string;
  /** Ends it as an operator does, and answers its exit status. */
  end(): Promise<number | null>;
  stop(): Promise<void>;
}

/** What is answered to a reference. */
export type Entity = { readonly id: string };

/** A type whose references the subgraph resolves. */
export interface EntityDescription<P> {
  /** What is selected of a reference: its id, and something by which it is told from the others. */
  readonly fields: string;
  /** The ids of a few that have a value in every field that a consumer reads. */
  full(provider: P): Promise<string[]>;
  /** So many that exist, by whatever way is fast, each as its reference is answered. */
  make(provider: P, count: number): Promise<Entity[]>;
  /** What an id that names nothing gives: nothing, or an entity without what the subgraph would add to it. */
  unknown(id: string): object | null;
}

/** The variables of one or more requests, made of those of the recorded example. */
// biome-ignore lint/suspicious/noExplicitAny: an example has the form of its operation's variables.
export type MakeVariables<P> = (provider: P, example: any) => Promise<object[]>;

/** What the contract tests of a subgraph have to know of it. */
export interface Provider<P extends RunningProvider> {
  /** Its name in the graph, which is the audience of its tokens. */
  readonly name: string;
  /** Where schema.graphql and contracts/ lie. */
  readonly folder: string;
  start(): Promise<P>;
  /** What a caller may hold: all scopes of the subgraph, and some of its sisters', which open nothing here. */
  readonly scopes: readonly string[];
  readonly entities: Readonly<Record<string, EntityDescription<P>>>;
  /**
   * By the client's operation or, where a service asks, by the document's: what to send so that the requests together
   * show every field that they select. Without an entry the recorded example is sent.
   */
  readonly variables: Readonly<Record<string, MakeVariables<P>>>;
  readonly scalars: ScalarForms;
  /** Root fields that every client may ask for. */
  readonly open: readonly string[];
  /** A body of this many bytes is refused. */
  readonly tooLargeBytes: number;
  /** An event that it takes at /events, and the service from which alone it does; undefined where it takes none. */
  readonly event: { readonly from: string; readonly type: string } | undefined;
}
