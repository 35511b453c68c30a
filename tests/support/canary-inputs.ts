import type { Atrium, NewUser, User } from './atrium.ts';
import type { Canaries } from './canaries.ts';
import { dataOf } from './graphql-client.ts';
import { codeTo, messageTo } from './inbox.ts';
import { operation } from './operations.ts';
import { photograph } from './pictures.ts';
import type { System } from './system.ts';

/** The arguments of an operation that succeeds, made anew for each time. */
export type CanaryInputs = Record<string, () => object | Promise<object>>;

/** For every operation one that succeeds, with a canary in each field that takes free text. */
export async function canaryInputs(system: System, atrium: Atrium, canaries: Canaries): Promise<CanaryInputs> {
  const person = (): NewUser => ({
    name: canaries.text('name'),
    phoneNumber: canaries.phoneNumber(),
    country: 'IN',
    location: canaries.text('location'),
    email: `${canaries.text('email')}@example.com`,
    locale: 'hi',
  });
  const newUser = async (): Promise<User & { typed: NewUser }> => {
    const typed = person();
    return { ...(await atrium.newUser(typed)), typed };
  };
  const somebody = await newUser();
  const { id: userId } = somebody;
  const base64 = async () => (await photograph({ hue: Math.floor(Math.random() * 255) })).toString('base64');
  const upload = async () => ({
    ...{ userId, base64: await base64(), alt: canaries.text('alt') },
    idempotencyKey: canaries.text('uploadImage.idempotencyKey'),
  });
  const message = { userId, operation: 'WELCOME', variables: { name: canaries.text('variables') } };
  const template = () => ({
    ...{ operation: 'ZQ_TEMPLATE', channel: 'EMAIL', locale: 'en', subject: canaries.text('subject') },
    ...{ body: `${canaries.text('body')} {{ name }}`, html: `<p>${canaries.text('html')} {{ name }}</p>` },
    variables: [{ name: 'name', type: 'STRING', required: true }],
  });
  const mutate = async <Payload>(name: string, field: string, input: object) =>
    dataOf(await atrium.query<Record<string, Payload>>(operation(name), { input }))[field] as Payload;
  const days = { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' };
  const aCode = (typed: NewUser) => codeTo(system, typed.phoneNumber).then(canaries.code);
  const started = () => ({
    ...{ requestId: crypto.randomUUID(), userId: crypto.randomUUID(), phoneNumber: canaries.phoneNumber() },
    ...{
      name: canaries.text('sister name'),
      country: 'IN',
      locale: 'en',
      clientId: 'canaries',
      clientAddress: '192.0.2.1',
    },
  });

  return {
    user: () => ({ id: userId }),
    userByPhoneNumber: () => ({ phoneNumber: somebody.typed.phoneNumber }),
    users: () => ({
      ...{ first: 2, search: canaries.text('search') },
      filter: { country: ['IN'], createdAfter: '2026-01-01T00:00:00Z' },
      orderBy: { field: 'NAME', direction: 'ASC' },
    }),
    userStats: () => days,
    contacts: () => ({ userIds: [userId] }),
    createUser: () => ({ input: { ...person(), idempotencyKey: canaries.text('createUser.idempotencyKey') } }),
    createUsers: () => ({
      input: { users: [person(), person()], idempotencyKey: canaries.text('createUsers.idempotencyKey') },
    }),
    updateUser: () => {
      const { phoneNumber: _, ...details } = person();
      return { input: { id: userId, ...details } };
    },
    changePhoneNumber: () => ({
      input: { userId, phoneNumber: canaries.phoneNumber(), idempotencyKey: canaries.text('change.idempotencyKey') },
    }),
    resendPhoneVerification: async () => ({ input: { userId: (await newUser()).id } }),
    async verifyPhone() {
      const user = await newUser();
      return { input: { userId: user.id, code: await aCode(user.typed) } };
    },
    deleteUser: async () => ({ input: { id: (await newUser()).id } }),
    image: async () => {
      const { image } = await atrium.uploadImage(await upload());
      return { id: image?.id };
    },
    uploadImage: async () => ({ input: await upload() }),
    createImageUpload: () => ({
      input: { userId, contentType: 'image/jpeg', sizeBytes: 4_183_093, alt: canaries.text('createImageUpload.alt') },
    }),
    async deleteImage() {
      const { image } = await atrium.uploadImage(await upload());
      return { input: { id: image?.id } };
    },
    setAvatar: () => ({ input: { userId, imageId: null } }),
    message: async () => {
      const sent = await mutate<{ message: { id: string } }>('send-message', 'sendMessage', message);
      return { id: sent.message.id };
    },
    messageStats: () => days,
    validatePhoneNumber: () => ({ phoneNumber: canaries.phoneNumber(), country: 'IN' }),
    messageTemplates: () => ({ operation: 'WELCOME', channel: 'SMS', locale: 'hi' }),
    messageTemplateVersions: () => ({ operation: 'WELCOME', channel: 'SMS', locale: 'hi' }),
    previewMessage: () => ({
      ...{ operation: 'WELCOME', channel: 'SMS', locale: 'hi' },
      variables: { name: canaries.text('preview variables') },
    }),
    validatePhoneNumbers: () => ({
      inputs: [{ phoneNumber: canaries.phoneNumber(), country: 'IN', clientId: 'canaries' }],
    }),
    sendMessage: () => ({
      input: {
        ...{ ...message, channel: 'EMAIL', locale: 'en', email: `${canaries.text('sendMessage.email')}@example.com` },
        idempotencyKey: canaries.text('sendMessage.idempotencyKey'),
      },
    }),
    upsertMessageTemplate: () => ({ input: template() }),
    async deleteMessageTemplate() {
      await mutate('upsert-message-template', 'upsertMessageTemplate', { ...template(), operation: 'ZQ_DELETED' });
      return { input: { operation: 'ZQ_DELETED', channel: 'EMAIL', locale: 'en' } };
    },
    sendOneTimeCode: () => ({
      input: {
        userId,
        purpose: 'LOGIN',
        channel: 'SMS',
        idempotencyKey: canaries.text('sendOneTimeCode.idempotencyKey'),
      },
    }),
    async checkOneTimeCode() {
      const { id, typed } = await newUser();
      await mutate('send-one-time-code', 'sendOneTimeCode', { userId: id, purpose: 'LOGIN', channel: 'SMS' });
      const { code } = await messageTo(system, typed.phoneNumber, 'LOGIN_CODE');
      return { input: { userId: id, purpose: 'LOGIN', code: canaries.code(code ?? '') } };
    },
    startPhoneVerifications: () => ({ inputs: [started()] }),
    async checkPhoneVerification() {
      const { id, typed } = await newUser();
      const { phoneNumber } = typed;
      return { inputs: [{ userId: id, phoneNumber, code: await aCode(typed), clientId: 'canaries' }] };
    },
  };
}
