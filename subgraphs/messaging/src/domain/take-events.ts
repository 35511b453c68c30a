import { backgroundContext, type UserEvent } from '@atrium/service-kit';
import { composeMessage } from './compose-message.ts';
import type { NewMessage } from './message.ts';
import type { ContactSource, EventStore, TemplateStore } from './ports.ts';
import type { Sealer } from './seal.ts';
import { chooseTemplate, customaryLocale, type MessageTemplate } from './template.ts';
import type { Contact } from './user.ts';

/** Who alone knows what becomes of people; what another service says of it has no effect. */
const profile = '/profile';
/** What a verified user is greeted with. */
const welcome = 'WELCOME';

/**
 * Makes the action that takes events of sister services: `user.verified` queues a welcome, `user.deleted` erases the
 * user; others change nothing, nor do those of any service but Profile. It rejects where Profile is away, so that the
 * sender offers them again.
 */
export function createTakeEvents(parts: {
  events: EventStore;
  templates: TemplateStore;
  contacts: ContactSource;
  sealer: Sealer;
  contactsTimeoutMs: number;
  defaultLocale: string;
}) {
  const { events: store, contacts, sealer, defaultLocale } = parts;

  function greet(
    event: UserEvent,
    contact: Contact | null,
    templates: readonly MessageTemplate[],
  ): NewMessage | undefined {
    // Without a contact the user is gone already; their user.deleted is on its way.
    if (!contact?.phoneNumber) return undefined;
    const locale = contact.locale ?? customaryLocale(contact.country);
    const template = chooseTemplate(templates, { operation: welcome, channel: 'SMS', locale, defaultLocale });
    if (!template) return undefined;
    return composeMessage(sealer, {
      template,
      userId: contact.userId,
      to: contact.phoneNumber,
      values: { name: contact.name },
      clientId: event.data.clientId ?? null,
    });
  }

  return async (events: UserEvent[]): Promise<void> => {
    const fresh = await store.findNew(events.filter(({ source }) => source === profile));
    const verified = fresh.filter(({ type }) => type === 'user.verified');
    const userIds = [...new Set(verified.map(({ subject }) => subject))];
    const [people, templates] = await Promise.all([
      userIds.length === 0 ? [] : contacts.contacts(userIds, backgroundContext(parts.contactsTimeoutMs)),
      userIds.length === 0 ? [] : parts.templates.findTemplates(welcome),
    ]);
    const byId = new Map(userIds.map((id, index) => [id, people[index] ?? null]));
    await store.takeEvents(
      fresh.map((event) => ({
        event,
        message: event.type === 'user.verified' ? greet(event, byId.get(event.subject) ?? null, templates) : undefined,
      })),
    );
  };
}
