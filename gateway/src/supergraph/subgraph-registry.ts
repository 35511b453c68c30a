import type { Subgraph } from '../execution/execution.ts';

/** A subgraph that holds connections. */
export interface ConnectedSubgraph extends Subgraph {
  close(): Promise<void>;
}

/** The subgraphs that are called, kept from one supergraph to the next as long as their addresses stay. */
export interface SubgraphRegistry<S> {
  /** Those of the present supergraph. */
  readonly current: ReadonlyMap<string, S>;
  /** The subgraphs of a supergraph; those of the one before that are not among them are closed in a while. */
  replace(addresses: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, S>;
  close(): Promise<void>;
}

/**
 * An empty registry. What is no longer used is closed after `graceMs`, when no operation of the supergraph before can
 * still be under way.
 */
export function createSubgraphRegistry<S extends ConnectedSubgraph>(
  connect: (name: string, instances: readonly string[]) => S,
  graceMs: number,
): SubgraphRegistry<S> {
  let current = new Map<string, { instances: string; subgraph: S }>();
  const closing = new Map<NodeJS.Timeout, S>();

  function closeLater(subgraph: S): void {
    const timer = setTimeout(() => {
      closing.delete(timer);
      void subgraph.close();
    }, graceMs);
    timer.unref();
    closing.set(timer, subgraph);
  }

  return {
    replace(addresses) {
      const next = new Map<string, { instances: string; subgraph: S }>();
      for (const [name, instances] of addresses) {
        const kept = current.get(name);
        const same = kept?.instances === instances.join();
        next.set(name, same ? kept : { instances: instances.join(), subgraph: connect(name, instances) });
      }
      for (const [name, { subgraph }] of current) if (next.get(name)?.subgraph !== subgraph) closeLater(subgraph);
      current = next;
      return this.current;
    },
    get current() {
      return new Map([...current].map(([name, { subgraph }]) => [name, subgraph]));
    },
    async close() {
      for (const timer of closing.keys()) clearTimeout(timer);
      const open = [...closing.values(), ...[...current.values()].map(({ subgraph }) => subgraph)];
      await Promise.all(open.map((subgraph) => subgraph.close()));
    },
  };
}
