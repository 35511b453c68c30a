import type { MessageProvider } from './ports.ts';
import type { SuppressionList } from './provider-event.ts';

/** The same provider; a recipient whom it must leave alone is left alone by all providers from then on. */
export function learnSuppressions(provider: MessageProvider, suppressions: SuppressionList): MessageProvider {
  return {
    ...provider,
    async send(message) {
      const outcome = await provider.send(message);
      if (outcome.kind === 'refused' && outcome.suppress) {
        const { channel, to } = message;
        await suppressions.add([{ channel, to, reason: outcome.suppress, source: provider.name }]);
      }
      return outcome;
    },
  };
}
