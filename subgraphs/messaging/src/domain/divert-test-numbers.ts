import type { MessageProvider } from './ports.ts';
import type { TestNumbers } from './test-numbers.ts';

/**
 * The same provider, or none, for all but test numbers: their messages go to the developer inbox, because no provider
 * could bring them to anybody.
 */
export function divertTestNumbers(
  provider: MessageProvider | undefined,
  inbox: MessageProvider,
  { isTestNumber }: TestNumbers,
): MessageProvider {
  return {
    name: 'none',
    ...provider,
    async send(message) {
      if (isTestNumber(message.to)) return inbox.send(message);
      return provider ? provider.send(message) : { kind: 'refused', reason: 'no provider' };
    },
  };
}
