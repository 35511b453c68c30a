import { list, type Setting } from '@atrium/service-kit';
import { z } from 'zod';
import { eventTypes, isServiceName, type Subscriber } from './domain/subscriptions.ts';

// The name is a token's audience and a column's text; what follows the first = is the address.
const form = /^([a-z][a-z0-9-]{0,39})(?::([a-z.+]+))?=(.+)$/;
const address = z.url({ protocol: /^https?$/ });

const subscriber = z.string().transform((text, context): Subscriber => {
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

/** Who is told of events by setting; no two by one name. */
export function subscribers(env: string, meaning: string): Setting<Subscriber[]> {
  const setting = list(env, meaning, subscriber);
  const isUnique = (all: Subscriber[]) => new Set(all.map(({ name }) => name)).size === all.length;
  return { ...setting, schema: setting.schema.refine(isUnique, 'two subscribers have one name') };
}
