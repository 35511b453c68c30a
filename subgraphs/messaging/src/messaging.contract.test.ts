import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { PrivateJwk } from '@atrium/service-kit';
import {
  anotherId,
  askFor,
  copyRows,
  describeContracts,
  type RunningProvider,
  type SigningKeys,
} from '@atrium/service-kit/testing/contract';
import { asService } from '@atrium/service-kit/testing/contract/callers';
import { newSigningKeys, startLoneService, withClient } from '@atrium/stack';
import type { InboxMessage } from './domain/developer-inbox.ts';
import type { Contact } from './domain/user.ts';
import { type FakeProfile, startFakeProfile } from './testing/fake-profile.ts';
import { randomKey, roomyBudgets } from './testing/running-messaging.ts';

const folder = join(import.meta.dirname, '..');
const scopes = ['send', 'send-any', 'read', 'codes', 'templates'].map((name) => `messaging:${name}`);
scopes.push('profile:read', 'image:read');

interface RunningMessaging extends RunningProvider {
  readonly profile: FakeProfile;
  /** Two messages that together have a value in every field: one that was delivered, and one that was not. */
  readonly messages: readonly SentMessage[];
}

interface SentMessage {
  readonly id: string;
  readonly userId: string;
}

async function start(): Promise<RunningMessaging> {
  const [keys, profile] = await Promise.all([newSigningKeys(), startFakeProfile()]);
  const service = await startLoneService('messaging', keys, {
    PROFILE_URL: profile.url,
    CODE_HMAC_KEY: randomKey(),
    NUMBER_HMAC_KEY: randomKey(),
    MESSAGE_SEAL_KEY: randomKey(),
    IDEMPOTENCY_HMAC_KEY: randomKey(),
    ...roomyBudgets,
    // Tests run at any hour.
    QUIET_HOURS: 'none',
  });
  const provider = { ...service, keys: keys as SigningKeys, profile };
  const messages = [await sendWelcome(provider), await sendWelcome(provider)];
  const [delivered, failed] = messages;
  await withClient(service.databaseUrl, async (client) => {
    await client.query(
      "UPDATE messages SET status = 'DELIVERED', sent_at = now(), delivered_at = now() WHERE id = $1",
      [delivered?.id],
    );
    await client.query("UPDATE messages SET failure = 'the line is dead' WHERE id = $1", [failed?.id]);
  });
  return {
    ...provider,
    messages,
    async stop() {
      await service.stop();
      await profile.close();
    },
  };
}

type Asked = Pick<RunningMessaging, 'url' | 'keys' | 'profile'>;

const newUser = ({ profile }: Asked): Contact => profile.addUser({ email: 'asha@example.com', locale: 'hi' });

function ask<Data>(messaging: Asked, document: string, variables: object): Promise<Data> {
  return askFor<Data>(messaging, 'messaging', scopes, document, variables);
}

async function sendWelcome(messaging: Asked): Promise<SentMessage> {
  const { userId, phoneNumber } = newUser(messaging);
  const document = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
  const input = { userId, operation: 'WELCOME', channel: 'SMS' };
  const { sendMessage } = await ask<{ sendMessage: { message: { id: string } } }>(messaging, document, { input });
  // A worker that still has it would write over what a test says became of it.
  await arrival(messaging, phoneNumber ?? '');
  return { id: sendMessage.message.id, userId };
}

/** The message that arrives for a recipient. */
async function arrival({ url, keys }: Asked, to: string): Promise<InboxMessage> {
  const headers = await asService(keys.gateway, 'messaging');
  const response = await fetch(`${url}/inbox/messages?to=${encodeURIComponent(to)}&wait=10`, { headers });
  const { messages } = (await response.json()) as { messages: InboxMessage[] };
  const [message] = messages;
  if (!message) throw new Error(`nothing arrived for ${to}`);
  return message;
}

let made = 0;

/** A mobile number of India that nobody else has. */
function freshNumber(): string {
  made += 1;
  return `+9197${String(10_000_000 + made)}`;
}

const fixedLine = '+912223456789';

const starting = (phoneNumber: string) => ({
  requestId: randomUUID(),
  userId: randomUUID(),
  phoneNumber,
  name: 'Asha Rao',
  country: 'IN',
  clientId: 'contract-tests',
});

async function codeTo(messaging: Asked, to: string): Promise<string> {
  return (await arrival(messaging, to)).code ?? '';
}

async function copyMessages({ databaseUrl, messages: [original] }: RunningMessaging, count: number) {
  const columns = { id: anotherId, user_id: anotherId };
  const copies = await copyRows(databaseUrl, 'messages', original?.id ?? '', columns, count);
  return copies.map(({ id = '', user_id: userId = '' }) => ({ id, userId }));
}

describeContracts<RunningMessaging>({
  name: 'messaging',
  folder,
  start,
  scopes,
  entities: {
    Message: {
      fields: 'id user { id }',
      full: async ({ messages }) => messages.map(({ id }) => id),
      make: async (messaging, count) =>
        (await copyMessages(messaging, count)).map(({ id, userId }) => ({ id, user: { id: userId } })),
      unknown: () => null,
    },
    User: {
      fields: 'id messages(first: 5) { edges { node { id } } }',
      full: async ({ messages }) => messages.map(({ userId }) => userId),
      make: async (messaging, count) =>
        (await copyMessages(messaging, count)).map(({ id, userId }) => ({
          id: userId,
          messages: { edges: [{ node: { id } }] },
        })),
      unknown: (id) => ({ id, messages: { edges: [] } }),
    },
  },
  variables: {
    Message: async ({ messages }) => messages.map(({ id }) => ({ id })),
    MessageStats: async () => {
      const day = 86_400_000;
      return [{ from: new Date(Date.now() - day).toISOString(), to: new Date(Date.now() + day).toISOString() }];
    },
    MessageTemplates: async (messaging, example) => {
      const document =
        'mutation ($input: UpsertMessageTemplateInput!) { upsertMessageTemplate(input: $input) { template { version } } }';
      const own = { operation: 'GREETING', channel: 'EMAIL', locale: 'en', subject: 'Hello', body: 'Hello' };
      await ask(messaging, document, { input: { ...own, html: '<p>Hello</p>' } });
      return [example, { operation: 'GREETING' }];
    },
    MessageTemplateVersions: async (_, example) => [{ ...example, channel: 'EMAIL' }],
    PreviewMessage: async (_, example) => [
      example,
      { ...example, channel: 'EMAIL' },
      { ...example, operation: 'NOBODY_KNOWS' },
    ],
    ValidatePhoneNumber: async (_, example) => [example, { ...example, phoneNumber: fixedLine }],
    SendMessage: async (messaging, { input }) => {
      const { userId } = newUser(messaging);
      const { idempotencyKey: _, ...rest } = input;
      return [{ input: { ...rest, userId } }, { input: { ...rest, userId, operation: 'NOBODY_KNOWS' } }];
    },
    UpsertMessageTemplate: async (_, { input }) => [{ input }, { input: { ...input, body: '{{ unclosed' } }],
    DeleteMessageTemplate: async (_, { input }) => [{ input: { ...input, operation: 'NOBODY_KNOWS' } }],
    SendOneTimeCode: async (messaging) => {
      const { userId } = newUser(messaging);
      return [{ input: { userId, purpose: 'LOGIN' } }, { input: { userId, purpose: 'LOGIN' } }];
    },
    CheckOneTimeCode: async (messaging) => {
      const { userId, phoneNumber } = newUser(messaging);
      const document = 'mutation ($input: SendOneTimeCodeInput!) { sendOneTimeCode(input: $input) { codeSentAt } }';
      await ask(messaging, document, { input: { userId, purpose: 'LOGIN', channel: 'SMS' } });
      const code = await codeTo(messaging, phoneNumber ?? '');
      const guess = (each: string) => ({ input: { userId, purpose: 'LOGIN', code: each } });
      return [guess(otherCode(code)), guess(code)];
    },
    ValidatePhoneNumbers: async () => [
      { inputs: [freshNumber(), fixedLine].map((phoneNumber) => ({ phoneNumber, clientId: 'contract-tests' })) },
    ],
    StartPhoneVerifications: async () => {
      const phoneNumber = freshNumber();
      const inputs = [starting(phoneNumber), starting(fixedLine)];
      // Whoever asks for a further code within a minute is told when to come again.
      return [{ inputs }, { inputs: [starting(phoneNumber)] }];
    },
    CheckPhoneVerification: async (messaging) => {
      const { userId, phoneNumber, clientId, ...rest } = starting(freshNumber());
      const headers = await asService(messaging.keys.profile as PrivateJwk, 'messaging');
      const query = `mutation ($inputs: [StartPhoneVerificationInput!]!) { startPhoneVerifications(inputs: $inputs) { rejection } }`;
      const variables = { inputs: [{ userId, phoneNumber, clientId, ...rest }] };
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
      await fetch(`${messaging.url}/graphql`, { ...init, body: JSON.stringify({ query, variables }) });
      const code = await codeTo(messaging, phoneNumber);
      return [{ inputs: [otherCode(code), code].map((each) => ({ userId, phoneNumber, clientId, code: each })) }];
    },
  },
  scalars: {
    PhoneNumber: /^\+\d{7,15}$/,
    CountryCode: /^[A-Z]{2}$/,
    Locale: /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/,
    DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    Date: /^\d{4}-\d\d-\d\d$/,
  },
  open: ['validatePhoneNumber'],
  tooLargeBytes: 3_000_000,
  event: { from: 'profile', type: 'user.deleted' },
});

function otherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
