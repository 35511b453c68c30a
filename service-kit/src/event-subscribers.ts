import { z } from 'zod';
import { list, type Setting } from './settings.ts';

/** Somebody besides the sisters who hears of a service's events: a bridge to a message broker, a search index. */
export interface EventSubscriber<Type extends string> {
  readonly name: string;
  readonly url: string;
  readonly types: readonly Type[];
}

// The name is a token's audience and a column's text; what follows the first = is the address.
const form = /^([a-z][a-z0-9-]{0,39})(?::([a-z.+]+))?=(.+)$/;
const address = z.url({ protocol: /^https?$/ });

/** Who is told of events of these types by setting; no two by one name, and none by the name of a service. */
export function eventSubscribers<const Type extends string>(
  env: string,
  meaning: string,
  eventTypes: readonly Type[],
  isServiceName: (name: string) => boolean,
): Setting<EventSubscriber<Type>[]> {
  const subscriber = z.string().transform((text, context): EventSubscriber<Type> => {
    const [, name = '', types, url] = form.exec(text) ?? [];
    const complain = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!address.safeParse(url).success) return complain('must be name=http(s) address, with commas between');
    if (isServiceName(name)) return complain(`${name} is the name of a service; choose another`);
    const chosen = types === undefined ? [...eventTypes] : eventTypes.filter((type) => types.split('+').includes(type));
    if (types !== undefined && chosen.length !== types.split('+').length) {
      return complain(`the events of ${name} must be some of ${eventTypes.join('+')}`);
    }
    return { name, url: url ?? '', types: chosen };
  });
  const setting = list(env, meaning, subscriber);
  const isUnique = (all: EventSubscriber<Type>[]) => new Set(all.map(({ name }) => name)).size === all.length;
  return { ...setting, schema: setting.schema.refine(isUnique, 'two subscribers have one name') };
}
