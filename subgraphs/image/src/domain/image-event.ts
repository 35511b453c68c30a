import type { EventSubscriber } from '@atrium/service-kit';

/** What Image tells of images. */
export const eventTypes = ['image.uploaded', 'image.deleted'] as const;

/** An event that subscribers are told of. */
export type ImageEventType = (typeof eventTypes)[number];

/** That something happened to an image. It says neither what the picture shows nor who its owner is. */
export interface ImageEvent {
  readonly id: string;
  readonly type: ImageEventType;
  readonly imageId: string;
  readonly userId: string;
  readonly createdAt: Date;
}

/** Who hears of what, by the names of subscribers. An event that nobody wants is not written. */
export type Subscriptions = Readonly<Record<ImageEventType, readonly string[]>>;

/** Whose name no subscriber may take: a token made for it would open a service's door. */
export function isServiceName(name: string): boolean {
  return ['gateway', 'profile', 'image', 'messaging'].includes(name);
}

/** The subscriptions of those whom the settings name. */
export function subscriptionsOf(subscribers: readonly EventSubscriber<ImageEventType>[]): Subscriptions {
  const namesOf = (type: ImageEventType) =>
    subscribers.filter(({ types }) => types.includes(type)).map(({ name }) => name);
  return { 'image.uploaded': namesOf('image.uploaded'), 'image.deleted': namesOf('image.deleted') };
}
