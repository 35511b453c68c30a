import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createUserEvent, newId } from '@atrium/service-kit';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noise } from './testing/pictures.ts';
import { type RunningImage, startImage, uploadImage } from './testing/running-image.ts';

interface Told {
  id: string;
  type: string;
  subject: string;
}

/** A subscriber at the wire; what it answers a batch with is for the test to say. */
const taken: Told[] = [];
/** Those of the subscriber that asked for all; nothing orders them among those of another. */
const takenByAll: Told[] = [];
let answer: (events: Told[]) => number | undefined = () => 204;
const subscriber = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const events = JSON.parse(Buffer.concat(chunks).toString()) as Told[];
  const status = answer(events);
  // It never answers; whoever asks gives up.
  if (status === undefined) return;
  if (status === 204) {
    taken.push(...events);
    if (request.url?.startsWith('/all')) takenByAll.push(...events);
  }
  response.writeHead(status).end();
});

let image: RunningImage;

beforeAll(async () => {
  await new Promise<void>((resolve) => subscriber.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}`;
  image = await startImage({
    IMAGE_EVENT_SUBSCRIBERS: `all=${url}/all,deletions:image.deleted=${url}/deletions`,
    EVENT_POLL_MS: '20',
    EVENT_MAX_BACKOFF_MS: '50',
    EVENT_TIMEOUT_MS: '300',
  });
});

afterAll(async () => {
  await image.stop();
  subscriber.closeAllConnections();
  subscriber.close();
});

async function upload(userId: string): Promise<string> {
  const base64 = (await noise(8, 8).png().toBuffer()).toString('base64');
  const { data } = await image.query(uploadImage, { input: { userId, base64 } });
  return data.uploadImage.image.id;
}

const allTold = () => waitUntil(async () => (await image.count('outbox_events')) === 0);
const typesOf = (imageId: string, from = taken) =>
  from.filter(({ subject }) => subject === imageId).map(({ type }) => type);
const remove = (id: string) =>
  image.query('mutation ($id: ID!) { deleteImage(input: { id: $id }) { deletedImageId } }', { id });

test('subscribers hear of what they asked for, with one id for all, and of no more than ids', async () => {
  const userId = image.newUser();
  const id = await upload(userId);
  await allTold();
  expect(taken).toEqual([
    {
      ...{ specversion: '1.0', source: '/image', type: 'image.uploaded', subject: id },
      ...{ id: expect.any(String), time: expect.any(String), datacontenttype: 'application/json', data: { userId } },
    },
  ]);
  await remove(id);
  await allTold();
  expect(typesOf(id)).toEqual(['image.uploaded', 'image.deleted', 'image.deleted']);
  expect(new Set(taken.map((event) => event.id)).size).toBe(2);
});

test('who deletes a user deletes their images, of which subscribers hear', async () => {
  const userId = image.newUser();
  const ids = [await upload(userId), await upload(userId)];
  const event = { id: newId(), service: 'profile', type: 'user.deleted', userId, time: new Date(), version: 2 };
  await image.tell([createUserEvent(event)]);
  await allTold();
  for (const id of ids) {
    expect(typesOf(id, takenByAll)).toEqual(['image.uploaded', 'image.deleted']);
    expect(typesOf(id)).toHaveLength(3);
  }
});

test('what was not taken is told again, in order, and one that is never taken stands in no other’s way', async () => {
  const stuck = await upload(image.newUser());
  await allTold();
  answer = (events) => (events.some(({ subject }) => subject === stuck) ? 422 : 204);
  await remove(stuck);
  const others = await Promise.all([1, 2, 3].map(() => upload(image.newUser())));
  await Promise.all(others.map(remove));
  await waitUntil(() => others.every((id) => typesOf(id).length === 3));
  for (const id of others) expect(typesOf(id, takenByAll)).toEqual(['image.uploaded', 'image.deleted']);
  expect(typesOf(stuck)).toEqual(['image.uploaded']);
  let refusals = 0;
  answer = () => (refusals++ < 4 ? 503 : 204);
  await allTold();
  expect(typesOf(stuck)).toEqual(['image.uploaded', 'image.deleted', 'image.deleted']);
});

test('a subscriber that does not answer is asked for all that waits at once, not for each event', async () => {
  const asked: number[] = [];
  answer = (events) => {
    asked.push(events.length);
    return undefined;
  };
  const ids = await Promise.all([1, 2, 3, 4].map(() => upload(image.newUser())));
  await waitUntil(() => asked.includes(ids.length));
  const before = asked.length;
  await waitUntil(() => asked.length >= before + 2);
  expect(asked.slice(before)).toEqual(asked.slice(before).map(() => ids.length));
  answer = () => 204;
  await allTold();
  for (const id of ids) expect(typesOf(id)).toEqual(['image.uploaded']);
});
