import type { EventSubscriber } from '@atrium/service-kit';

/** What Profile tells of a user. */
export const eventTypes = ['user.created', 'user.updated', 'user.verified', 'user.deleted'] as const;

/** An event that subscribers are told of. */
export type EventType = (typeof eventTypes)[number];

/** An event, or a verification of the current or of the pending number that Messaging is asked to start. */
export type OutboxRecordType = 'phone.verification-requested' | 'phone.change-requested' | EventType;

/** What each sister hears of. */
const sisters: Record<'messaging' | 'image', readonly OutboxRecordType[]> = {
  messaging: ['phone.verification-requested', 'phone.change-requested', 'user.verified', 'user.deleted'],
  image: ['user.deleted'],
};

/** A name that no further subscriber may take: a token made for it would open a service's door. */
export function isServiceName(name: string): boolean {
  return Object.hasOwn(sisters, name) || name === 'profile' || name === 'gateway';
}

/** Somebody besides the sisters who hears of users. */
export type Subscriber = EventSubscriber<EventType>;

/** Who hears of what, by the names of outbox destinations. A record that nobody wants is not written. */
export type Subscriptions = Readonly<Record<OutboxRecordType, readonly string[]>>;

/** The subscriptions of the sisters and of whoever else the settings name. */
export function subscriptionsOf(further: readonly Subscriber[]): Subscriptions {
  const all = [...Object.entries(sisters).map(([name, types]) => ({ name, types })), ...further];
  const namesOf = (type: OutboxRecordType) => all.flatMap(({ name, types }) => (has(types, type) ? [name] : []));
  return {
    'phone.verification-requested': namesOf('phone.verification-requested'),
    'phone.change-requested': namesOf('phone.change-requested'),
    'user.created': namesOf('user.created'),
    'user.updated': namesOf('user.updated'),
    'user.verified': namesOf('user.verified'),
    'user.deleted': namesOf('user.deleted'),
  };
}

function has(types: readonly OutboxRecordType[], type: OutboxRecordType): boolean {
  return types.includes(type);
}
