import { avatarAt, type Image, type Message, messagesAt, placeOf, userAt, userCount } from '../../src/dataset.ts';
import type { SubgraphName } from './sdl.ts';

/** How a subgraph answers: by type and field, and entities by type and id. */
export interface Resolvers {
  fields: Record<string, Record<string, (source: never, args: never) => unknown>>;
  references: Record<string, (id: string) => object | null>;
}

const places = Array.from({ length: userCount }, (_, place) => place);

/** Makes a subgraph's data, all of it in memory, and the resolvers over it. */
export function resolversOf(name: SubgraphName): Resolvers {
  return { profile: profileResolvers, image: imageResolvers, messaging: messagingResolvers }[name]();
}

function profileResolvers(): Resolvers {
  const users = places.map((place) => ({ __typename: 'User', ...userAt(place) }));
  const byId = (id: string) => users[placeOf(id) ?? -1] ?? null;
  return {
    fields: {
      Query: {
        user: (_, { id }: { id: string }) => byId(id),
        users: (_, { first, offset }: { first: number; offset: number }) => users.slice(offset, offset + first),
      },
    },
    references: { User: byId },
  };
}

function imageResolvers(): Resolvers {
  const users = places.map((place) => ({ avatar: asEntity('Image', avatarAt(place)) }));
  const images = byId<Image>(users.map(({ avatar }) => avatar));
  return {
    fields: { Query: { image: (_, { id }: { id: string }) => images.get(id) ?? null } },
    references: { User: (id) => stub(id, users), Image: (id) => images.get(id) ?? null },
  };
}

function messagingResolvers(): Resolvers {
  const users = places.map((place) => ({ all: messagesAt(place).map((message) => asEntity('Message', message)) }));
  const messages = byId<Message>(users.flatMap(({ all }) => all));
  return {
    fields: {
      Query: { message: (_, { id }: { id: string }) => messages.get(id) ?? null },
      User: { messages: ({ all }: { all: Message[] }, { first }: { first: number }) => all.slice(0, first) },
    },
    references: { User: (id) => stub(id, users), Message: (id) => messages.get(id) ?? null },
  };
}

/** The User that a subgraph extends: its id and what the subgraph knows of them. */
function stub(id: string, users: object[]): object | null {
  const known = users[placeOf(id) ?? -1];
  return known ? { __typename: 'User', id, ...known } : null;
}

function asEntity<T>(typeName: string, value: T): T {
  return value === null ? value : { __typename: typeName, ...value };
}

function byId<T extends { id: string }>(entities: (T | null)[]): Map<string, T> {
  return new Map(entities.filter((entity) => entity !== null).map((entity) => [entity.id, entity]));
}
