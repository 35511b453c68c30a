import type { MessageChannel } from './message.ts';
import type { MessageProvider } from './ports.ts';
import type { SuppressionList } from './provider-event.ts';

type Providers = Partial<Record<MessageChannel, MessageProvider>>;

/** The same providers; a recipient whom one of them must leave alone is left alone by all of them from then on. */
export function learnSuppressions(providers: Providers, suppressions: SuppressionList): Providers {
  return Object.fromEntries(
    Object.entries(providers).map(([channel, provider]) => [
      channel,
      {
        ...provider,
        async send(message: Parameters<MessageProvider['send']>[0]) {
          const outcome = await provider.send(message);
          if (outcome.kind === 'refused' && outcome.suppress) {
            const { channel, to } = message;
            await suppressions.add([{ channel, to, reason: outcome.suppress, source: provider.name }]);
          }
          return outcome;
        },
      },
    ]),
  );
}
