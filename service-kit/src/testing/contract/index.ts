import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeErrorCodes } from './error-codes.ts';
import { describeEvents } from './events.ts';
import type { Provider, RunningProvider } from './provider.ts';
import { describeQuietLog } from './quiet-log.ts';
import { describeReferences } from './references.ts';
import { describeRefusedTokens } from './refused-tokens.ts';
import { describeReplay } from './replay.ts';
import { describeScopes } from './scopes.ts';

export { askFor } from './callers.ts';
export { anotherId, copyRows } from './copy-rows.ts';
export type { EntityDescription, MakeVariables, Provider, RunningProvider, SigningKeys } from './provider.ts';
export { countStatements } from './statements.ts';

/**
 * The contract tests of one subgraph, which need no other service: what its consumers rely on, and what is asked of
 * every subgraph of the graph. `more` adds what is this subgraph's alone.
 */
export function describeContracts<P extends RunningProvider>(
  provider: Provider<P>,
  more: (running: () => P) => void = () => {},
): void {
  let started: P | undefined;
  const running = (): P => {
    if (!started) throw new Error(`${provider.name} does not run.`);
    return started;
  };
  describe(provider.name, () => {
    beforeAll(async () => {
      started = await provider.start();
    }, 60_000);
    afterAll(() => started?.stop());
    describeReplay(provider, running);
    describeReferences(provider, running);
    describeScopes(provider, running);
    describeRefusedTokens(provider, running);
    describeEvents(provider, running);
    describeErrorCodes(provider, running);
    more(running);
    describeQuietLog(provider, running);
  });
}
