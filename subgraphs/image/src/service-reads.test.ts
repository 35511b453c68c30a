import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noise } from './testing/pictures.ts';
import { type RunningImage, startImage, uploadImage } from './testing/running-image.ts';

let image: RunningImage;

beforeAll(async () => {
  image = await startImage();
});

afterAll(() => image.stop());

const setAvatar = `mutation ($input: SetAvatarInput!) {
  setAvatar(input: $input) { user { id avatar { id } } userErrors { code field message } }
}`;
const users = `query ($users: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $users) {
    ... on User { id avatar { id } images(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { id } }
    } }
  }
}`;
const references = (typename: string, ids: unknown[]) => ids.map((id) => ({ __typename: typename, id }));

async function upload(userId: string, more: object = {}): Promise<string> {
  const base64 = (await noise(16, 16).png().toBuffer()).toString('base64');
  const { data, errors } = await image.query(uploadImage, { input: { userId, base64, ...more } });
  expect([errors, data.uploadImage.userErrors]).toEqual([[], []]);
  return data.uploadImage.image.id;
}

async function avatarErrors(input: object) {
  const { data, errors } = await image.query(setAvatar, { input });
  expect([errors, data.setAvatar.user]).toEqual([[], null]);
  return data.setAvatar.userErrors;
}

describe('an avatar', () => {
  test('is chosen from the images of the user, at the upload or later, and taken away', async () => {
    const userId = image.newUser();
    const first = await upload(userId, { asAvatar: true });
    const second = await upload(userId);
    const before = await image.query(users, { users: references('User', [userId]) });
    const changed = await image.query(setAvatar, { input: { userId, imageId: second } });
    const removed = await image.query(setAvatar, { input: { userId, imageId: null } });
    expect(before.data._entities[0].avatar).toEqual({ id: first });
    expect(changed.data.setAvatar).toEqual({ user: { id: userId, avatar: { id: second } }, userErrors: [] });
    expect(removed.data.setAvatar).toEqual({ user: { id: userId, avatar: null }, userErrors: [] });
  });

  test('is never an image of somebody else, one that is not there, or of a user who is not', async () => {
    const userId = image.newUser();
    const foreign = await upload(image.newUser());
    for (const imageId of [foreign, newId(), 'no id\u0000', '']) {
      expect(await avatarErrors({ userId, imageId })).toMatchObject([
        { code: 'NOT_FOUND', field: ['input', 'imageId'] },
      ]);
    }
    for (const unknown of [newId(), 'no id', '']) {
      const errors = await avatarErrors({ userId: unknown, imageId: foreign });
      expect(errors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'userId'] }]);
    }
  });

  test('shows the last change where one request makes several', async () => {
    const userId = image.newUser();
    const [one, two] = [await upload(userId), await upload(userId)];
    const change = (id: string) =>
      `setAvatar(input: { userId: "${userId}", imageId: "${id}" }) { user { avatar { id } } }`;
    const { data } = await image.query(`mutation { one: ${change(one)} two: ${change(two)} }`);
    expect([data.one.user.avatar.id, data.two.user.avatar.id]).toEqual([one, two]);
  });
});

describe('the images of a user', () => {
  test('come newest first, page by page, with the total', async () => {
    const userId = image.newUser();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.unshift(await upload(userId));
    const page = async (variables: object) => {
      const { data, errors } = await image.query(users, { users: references('User', [userId]), ...variables });
      expect(errors).toEqual([]);
      return data._entities[0].images;
    };
    const first = await page({ first: 2 });
    const second = await page({ first: 2, after: first.pageInfo.endCursor });
    const found = [...first.edges, ...second.edges].map(({ node }) => node.id);
    expect(found).toEqual(ids);
    expect([first.totalCount, second.totalCount]).toEqual([3, 3]);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  test('refuse a page size or cursor that is none', async () => {
    for (const variables of [{ first: 0 }, { first: 101 }, { after: 'nonsense' }]) {
      const { data, errors } = await image.query(users, { users: references('User', [newId()]), ...variables });
      expect([data._entities[0].images, errors[0]?.extensions.code]).toEqual([null, 'BAD_USER_INPUT']);
    }
  });
});

describe('references', () => {
  test('resolve in order, a hundred at once, and what is no id is null without harming its neighbours', async () => {
    const userId = image.newUser();
    const id = await upload(userId, { asAvatar: true });
    const strangers = Array.from({ length: 97 }, newId);
    const ids = [userId, 'no id\u0000', ...strangers, userId.toUpperCase()];
    const { data, errors } = await image.query(users, { users: references('User', ids) });
    expect(errors).toEqual([]);
    const avatars = data._entities.map(
      (user: { avatar: { id: string } | null } | null) => user && (user.avatar?.id ?? ''),
    );
    expect(avatars).toEqual([id, null, ...strangers.map(() => ''), id]);

    const images = references('Image', [newId(), id, '', id, 'no id\u0000']);
    const found = await image.query('query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { id } } }', {
      r: images,
    });
    expect(found).toMatchObject({ errors: [], data: { _entities: [null, { id }, null, { id }, null] } });
  });

  test('and fields need their scope, and a writer sees what they wrote', async () => {
    const userId = image.newUser();
    const id = await upload(userId);
    const entities =
      '_entities(representations: $r) { ... on Image { sha256 } ... on User { avatar { id } images { totalCount } } }';
    const r = [...references('Image', [id]), ...references('User', [userId])];
    const query = `query ($r: [_Any!]!) { image(id: "${id}") { id } ${entities} }`;
    const { data, errors } = await image.query(query, { r }, ['image:write', 'profile:read']);
    expect(data).toEqual({ image: null, _entities: [null, { avatar: null, images: null }] });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(4).fill('UNAUTHORIZED_FIELD_OR_TYPE'));

    const base64 = (await noise(16, 16).png().toBuffer()).toString('base64');
    const input = { userId, base64 };
    const reader = await image.query(uploadImage, { input }, ['image:read']);
    const writer = await image.query(uploadImage, { input }, ['image:write']);
    expect([reader.data.uploadImage, reader.errors[0]?.extensions.code]).toEqual([null, 'UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(writer.data.uploadImage.image.url).toMatch(/^http:\/\/images\.test\/images\//);
  });

  test('and everything else on /graphql are refused without a valid token', async () => {
    const wrong = [undefined, 'Bearer nonsense', `Bearer ${(await image.token('gateway')).slice(0, -4)}AAAA`];
    for (const authorization of wrong) {
      const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
      const body = JSON.stringify({ query: '{ _service { sdl } }' });
      const { status } = await fetch(`${image.url}/graphql`, { method: 'POST', headers, body });
      expect(status).toBe(401);
    }
  });
});
