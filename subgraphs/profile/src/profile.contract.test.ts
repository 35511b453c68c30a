import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { PrivateJwk } from '@atrium/service-kit';
import {
  anotherId,
  askFor,
  copyRows,
  countStatements,
  describeContracts,
  type RunningProvider,
  type SigningKeys,
} from '@atrium/service-kit/testing/contract';
import { asService, post } from '@atrium/service-kit/testing/contract/callers';
import { waitUntil } from '@atrium/service-kit/testing/wait-until';
import { newSigningKeys, publicKeyOf, startLoneService } from '@atrium/stack';
import { expect, test } from '@jest/globals';
import { type FakeMessaging, rightCode, startFakeImage, startFakeMessaging } from './testing/fake-sister.ts';
import { freshInput, freshNumber } from './testing/flows.ts';

const folder = join(import.meta.dirname, '..');
const scopes = ['profile:read', 'profile:write', 'profile:phone', 'image:read', 'messaging:read', 'messaging:send'];

interface RunningProfile extends RunningProvider {
  readonly messaging: FakeMessaging;
  /** Two who together have a value in every field: one who changes a proved number, and one whose number was refused. */
  readonly full: { id: string; phoneNumber: string }[];
}

type User = { id: string; phoneNumber: string };

async function start(): Promise<RunningProfile> {
  const keys = await newSigningKeys();
  const trusted = { keys: Object.values(keys).map(publicKeyOf) } as Parameters<typeof startFakeMessaging>[0];
  const [messaging, image] = await Promise.all([startFakeMessaging(trusted), startFakeImage(trusted)]);
  const service = await startLoneService('profile', keys, {
    MESSAGING_URL: messaging.url,
    IMAGE_URL: image.url,
    IDEMPOTENCY_HMAC_KEY: Buffer.alloc(32, 7).toString('base64url'),
    RESEND_COOL_DOWN_MS: '0',
    // What asks the database by itself shall do so seldom while statements are counted.
    USER_CACHE_HEARTBEAT_MS: '200',
    OUTBOX_POLL_MS: '60000',
  });
  const provider = { ...service, keys: keys as SigningKeys, messaging };
  const full = [await changingUser(provider), await failedUser(provider)];
  return {
    ...provider,
    full,
    async stop() {
      await service.stop();
      await Promise.all([messaging.close(), image.close()]);
    },
  };
}

type Asked = Pick<RunningProfile, 'url' | 'keys'>;

async function create(profile: Asked, more: object = {}): Promise<User> {
  const document = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id phoneNumber } } }';
  const input = freshInput({ location: 'Pune', email: 'asha@example.com', locale: 'en-IN', ...more });
  const { createUser } = await ask<{ createUser: { user: User } }>(profile, document, { input });
  return createUser.user;
}

function ask<Data>(profile: Asked, document: string, variables: object): Promise<Data> {
  return askFor<Data>(profile, 'profile', scopes, document, variables);
}

async function verifiedUser(profile: Asked): Promise<User> {
  const user = await create(profile);
  const document = 'mutation ($input: VerifyPhoneInput!) { verifyPhone(input: $input) { userErrors { code } } }';
  await ask(profile, document, { input: { userId: user.id, code: rightCode } });
  return user;
}

async function changingUser(profile: Asked): Promise<User> {
  const user = await verifiedUser(profile);
  const document =
    'mutation ($input: ChangePhoneNumberInput!) { changePhoneNumber(input: $input) { userErrors { code } } }';
  await ask(profile, document, { input: { userId: user.id, phoneNumber: freshNumber() } });
  return user;
}

async function failedUser(profile: Asked & Pick<RunningProfile, 'messaging'>): Promise<User> {
  const phoneNumber = freshNumber();
  profile.messaging.refusedLate.set(phoneNumber, 'PHONE_NUMBER_BLOCKED');
  const user = await create(profile, { phoneNumber });
  const document = 'query ($id: ID!) { user(id: $id) { phoneVerification { status } } }';
  await waitUntil(async () => {
    const answer = await ask<{ user: { phoneVerification: { status: string } } }>(profile, document, { id: user.id });
    return answer.user.phoneVerification.status === 'FAILED';
  });
  return user;
}

/** Users whom the cache does not know, as those are whom nobody has asked for yet. */
async function makeUsers({ databaseUrl, full: [original] }: RunningProfile, count: number) {
  const columns = { id: anotherId, phone_number: freshNumber };
  const users = await copyRows(databaseUrl, 'users', original?.id ?? '', columns, count);
  return users.map(({ id = '', phone_number: phoneNumber }) => ({ id, phoneNumber }));
}

const allFull = ({ full }: RunningProfile) => Promise.resolve(full.map(({ id }) => ({ id })));
const allFullById = ({ full }: RunningProfile) => Promise.resolve(full.map(({ id }) => ({ userId: id })));
const byUserIds = ({ full }: RunningProfile) => Promise.resolve([{ userIds: full.map(({ id }) => id) }]);

describeContracts<RunningProfile>(
  {
    name: 'profile',
    folder,
    start,
    scopes,
    entities: {
      User: {
        fields: 'id phoneNumber',
        full: ({ full }) => Promise.resolve(full.map(({ id }) => id)),
        make: makeUsers,
        unknown: () => null,
      },
    },
    variables: {
      User: allFull,
      ExportUser: allFull,
      UserImages: allFullById,
      UserMessages: allFullById,
      UserByPhoneNumber: async ({ full }) => full.slice(0, 1).map(({ phoneNumber }) => ({ phoneNumber })),
      SearchUsers: async (_, example) => [{ ...example, search: 'asha pune' }],
      UserStats: async () => {
        const day = 86_400_000;
        return [{ from: new Date(Date.now() - day).toISOString(), to: new Date(Date.now() + day).toISOString() }];
      },
      CreateUser: async (_, { input }) => [
        { input: { ...input, phoneNumber: freshNumber() } },
        { input: { ...input, phoneNumber: freshNumber(), name: '' } },
      ],
      CreateUsers: async () => [{ input: { users: [freshInput(), freshInput({ name: '' })] } }],
      UpdateUser: async (profile, { input }) => {
        const { id } = await create(profile);
        return [{ input: { ...input, id } }, { input: { ...input, id, email: 'none' } }];
      },
      ChangePhoneNumber: async (profile) => {
        const [one, other] = [await verifiedUser(profile), await create(profile)];
        const change = (userId: string, phoneNumber: string) => ({ input: { userId, phoneNumber } });
        const refused = freshNumber();
        profile.messaging.refusedAtOnce.set(refused, 'PHONE_NUMBER_BLOCKED');
        return [change(one.id, freshNumber()), change(other.id, refused)];
      },
      VerifyPhone: async (profile) => {
        const { id: userId } = await create(profile);
        return [{ input: { userId, code: '000000' } }, { input: { userId, code: rightCode } }];
      },
      ResendPhoneVerification: async (profile) => {
        const [waiting, proved] = [await create(profile), await verifiedUser(profile)];
        return [{ input: { userId: waiting.id } }, { input: { userId: proved.id } }];
      },
      DeleteUser: async (profile) => {
        const [one, other] = [await create(profile), await create(profile)];
        return [{ input: { id: one.id } }, { input: { id: other.id, expectedVersion: 99 } }];
      },
      Contacts: byUserIds,
      ImageContacts: byUserIds,
    },
    scalars: {
      PhoneNumber: /^\+\d{7,15}$/,
      CountryCode: /^[A-Z]{2}$/,
      EmailAddress: /^\S+@\S+$/,
      Locale: /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/,
      DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
      Date: /^\d{4}-\d\d-\d\d$/,
    },
    open: [],
    tooLargeBytes: 5_000_000,
    event: undefined,
  },
  (running) => {
    test('contacts answers a thousand ids in order, repeated and unknown ones among them, with few statements', async () => {
      const profile = running();
      const known = (await makeUsers(profile, 500)).map(({ id }) => id);
      const wanted = Array.from({ length: 1_000 }, (_, i) =>
        i % 5 === 4 ? randomUUID() : (known[(i * 7) % known.length] ?? ''),
      );
      const query = 'query ($userIds: [ID!]!) { contacts(userIds: $userIds) { userId } }';
      const counter = await countStatements(profile.databaseUrl);
      let contacts: ({ userId: string } | null)[] = [];
      const statements = await counter.during(async () => {
        const headers = await asService(profile.keys.image as PrivateJwk, 'profile');
        const body = JSON.stringify({ query, variables: { userIds: wanted } });
        contacts = (await post(`${profile.url}/graphql`, headers, body)).data?.contacts as typeof contacts;
      });
      await counter.close();
      expect(contacts.map((contact) => contact?.userId)).toEqual(
        wanted.map((id) => (known.includes(id) ? id : undefined)),
      );
      expect(statements).toBeLessThanOrEqual(5);
    });
  },
);
