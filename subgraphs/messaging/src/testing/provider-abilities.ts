import type { ChosenProviders } from '../choose-providers.ts';
import type { MessageProvider } from '../domain/ports.ts';

/** What a provider can do when nobody knows whether it took a message. */
export type Ability = 'idempotent' | 'lookUp' | 'neither';

/** Gives SendGrid an ability that a post office has and SendGrid itself has not. */
export function withAbility(chosen: ChosenProviders, ability: Ability, officeUrl: string): ChosenProviders {
  const abilities: Record<Ability, Partial<MessageProvider>> = {
    idempotent: { idempotent: true },
    lookUp: {
      async lookUp(id) {
        const { status } = await fetch(`${officeUrl}/taken/${id}`);
        return status === 200 ? { kind: 'accepted', providerMessageId: `looked-up-${id}` } : { kind: 'unknown' };
      },
    },
    neither: {},
  };
  const give = (provider: MessageProvider) =>
    provider.name === 'sendgrid' ? { ...provider, ...abilities[ability] } : provider;
  return { SMS: chosen.SMS, EMAIL: chosen.EMAIL.map(give) };
}
