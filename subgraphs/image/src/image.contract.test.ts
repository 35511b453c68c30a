import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@atrium/service-kit';
import {
  anotherId,
  askFor,
  copyRows,
  describeContracts,
  type RunningProvider,
  type SigningKeys,
} from '@atrium/service-kit/testing/contract';
import { newSigningKeys, startLoneService, withClient } from '@atrium/stack';
import { type FakeProfile, startFakeProfile } from './testing/fake-profile.ts';
import { noise } from './testing/pictures.ts';

const folder = join(import.meta.dirname, '..');
const scopes = ['image:read', 'image:write', 'profile:read', 'messaging:read'];

interface RunningImage extends RunningProvider {
  readonly profile: FakeProfile;
  /** A user with an avatar, which has a value in every field. */
  readonly user: { readonly id: string; readonly imageId: string };
}

type Asked = Pick<RunningImage, 'url' | 'keys' | 'profile'>;

const picture = (await noise(32, 24).png().toBuffer()).toString('base64');

async function start(): Promise<RunningImage> {
  const pictures = mkdtempSync(join(tmpdir(), 'atrium-image-'));
  const [keys, profile] = await Promise.all([newSigningKeys(), startFakeProfile()]);
  const service = await startLoneService('image', keys, {
    PROFILE_URL: profile.url,
    IMAGE_DIR: pictures,
    IMAGE_PUBLIC_URL: 'http://images.test/images',
    IMAGE_URL_SECRET: Buffer.alloc(32, 1).toString('base64url'),
    IDEMPOTENCY_HMAC_KEY: Buffer.alloc(32, 2).toString('base64url'),
    IMAGE_MAX_BYTES: '1000000',
    // What asks the database by itself shall do so seldom while statements are counted.
    EVENT_POLL_MS: '60000',
  });
  const provider = { ...service, keys: keys as SigningKeys, profile };
  const id = newUser(provider);
  return {
    ...provider,
    user: { id, imageId: await upload(provider, id) },
    async stop() {
      await service.stop();
      await profile.close();
      rmSync(pictures, { recursive: true });
    },
  };
}

function newUser({ profile }: Asked): string {
  const id = newId();
  profile.users.add(id);
  return id;
}

async function upload(image: Asked, userId: string): Promise<string> {
  const document = 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { image { id } } }';
  const input = { userId, base64: picture, alt: 'A tree', asAvatar: true };
  type Data = { uploadImage: { image: { id: string } } };
  const { uploadImage } = await askFor<Data>(image, 'image', scopes, document, { input });
  return uploadImage.image.id;
}

async function copyImages({ databaseUrl, user }: RunningImage, count: number) {
  const columns = { id: anotherId, owner_id: anotherId };
  const copies = await copyRows(databaseUrl, 'images', user.imageId, columns, count);
  return copies.map(({ id = '', owner_id: ownerId = '' }) => ({ id, ownerId }));
}

async function makeUsers(image: RunningImage, count: number) {
  const copies = await copyImages(image, count);
  await withClient(image.databaseUrl, (client) =>
    client.query('INSERT INTO avatars (user_id, image_id) SELECT owner_id, id FROM images WHERE id = ANY($1)', [
      copies.map(({ id }) => id),
    ]),
  );
  return copies.map(({ id, ownerId }) => ({ id: ownerId, avatar: { id } }));
}

describeContracts<RunningImage>({
  name: 'image',
  folder,
  start,
  scopes,
  entities: {
    Image: {
      fields: 'id owner { id }',
      full: async ({ user }) => [user.imageId],
      make: async (image, count) =>
        (await copyImages(image, count)).map(({ id, ownerId }) => ({ id, owner: { id: ownerId } })),
      unknown: () => null,
    },
    User: {
      fields: 'id avatar { id }',
      full: async ({ user }) => [user.id],
      make: makeUsers,
      unknown: (id) => ({ id, avatar: null }),
    },
  },
  variables: {
    Image: async ({ user }) => [{ id: user.imageId }],
    UploadImage: async (image, { input }) => {
      const own = { ...input, userId: newUser(image) };
      return [{ input: own }, { input: { ...own, base64: 'none' } }];
    },
    CreateImageUpload: async (image, { input }) => {
      const own = { ...input, userId: newUser(image), sizeBytes: 10_000 };
      return [{ input: own }, { input: { ...own, contentType: 'text/plain' } }];
    },
    SetAvatar: async (image) => {
      const userId = newUser(image);
      const imageId = await upload(image, userId);
      return [{ input: { userId, imageId } }, { input: { userId, imageId: randomUUID() } }];
    },
    DeleteImage: async (image) => [
      { input: { id: await upload(image, newUser(image)) } },
      { input: { id: randomUUID() } },
    ],
  },
  scalars: { DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, URL: /^https?:\/\/\S+$/ },
  open: [],
  tooLargeBytes: 3_000_000,
  event: { from: 'profile', type: 'user.deleted' },
});
