import { newPerson, newPhoneNumber } from './phone-numbers.ts';

/** An id of the right form that names nobody and nothing. */
export const nobody = '0193c9a0-7b6e-7c52-9f0a-5d4f7f3a2b10';

/** A text that PostgreSQL cannot store. */
export const nul = 'a\u0000b';

const create = () => ({
  ...newPerson(),
  location: 'Pune',
  email: 'asha@example.com',
  locale: 'hi',
  idempotencyKey: crypto.randomUUID(),
});
const createMany = () => {
  const { idempotencyKey, ...user } = create();
  return { users: [user, newPerson()], idempotencyKey };
};
/** The good input with another second user. */
const second = (change: object) => ({ users: [newPerson(), { ...newPerson(), ...change }] });
const base64 = Buffer.from('not a picture').toString('base64');

/** An operation's input in order, and what each change to it must be answered with. */
export interface InputRows {
  good: () => Record<string, unknown>;
  bad: [change: object, complaint: string][];
}

/** The inputs of every mutation, for a user who exists. */
export function inputRows(userId: string): Record<string, InputRows> {
  return {
    'create-user': {
      good: create,
      bad: [
        [{ name: undefined }, 'BAD_USER_INPUT'],
        [{ name: null }, 'BAD_USER_INPUT'],
        [{ name: 7 }, 'BAD_USER_INPUT'],
        [{ name: '' }, 'REQUIRED input.name'],
        [{ name: ' \t ' }, 'REQUIRED input.name'],
        [{ name: 'x'.repeat(101) }, 'TOO_LONG input.name'],
        [{ name: nul }, 'INVALID_FORMAT input.name'],
        [{ phoneNumber: nul }, 'INVALID_FORMAT input.phoneNumber'],
        [{ country: '' }, 'REQUIRED input.country'],
        [{ country: 'India' }, 'COUNTRY_UNKNOWN input.country'],
        [{ country: nul }, 'COUNTRY_UNKNOWN input.country'],
        [{ location: 'x'.repeat(101) }, 'TOO_LONG input.location'],
        [{ location: nul }, 'INVALID_FORMAT input.location'],
        [{ email: 'nobody' }, 'EMAIL_INVALID input.email'],
        [{ email: `${nul}@example.com` }, 'EMAIL_INVALID input.email'],
        [{ locale: 'no language' }, 'LOCALE_INVALID input.locale'],
        [{ locale: nul }, 'LOCALE_INVALID input.locale'],
        [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
        [{ idempotencyKey: '' }, 'REQUIRED input.idempotencyKey'],
        [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
        [{ somethingElse: 1 }, 'BAD_USER_INPUT'],
      ],
    },
    'create-users': {
      good: createMany,
      bad: [
        [{ users: undefined }, 'BAD_USER_INPUT'],
        [{ users: null }, 'BAD_USER_INPUT'],
        [{ users: [null] }, 'BAD_USER_INPUT'],
        [{ users: 'Asha Rao' }, 'BAD_USER_INPUT'],
        [{ users: Array.from({ length: 101 }, () => newPerson()) }, 'BAD_USER_INPUT'],
        [second({ name: undefined }), 'BAD_USER_INPUT'],
        [second({ idempotencyKey: 'an item has none' }), 'BAD_USER_INPUT'],
        [second({ name: '' }), 'REQUIRED input.users.1.name'],
        [second({ name: nul }), 'INVALID_FORMAT input.users.1.name'],
        [second({ phoneNumber: '12345' }), 'PHONE_NUMBER_INVALID input.users.1.phoneNumber'],
        [second({ phoneNumber: nul }), 'INVALID_FORMAT input.users.1.phoneNumber'],
        [second({ country: 'India' }), 'COUNTRY_UNKNOWN input.users.1.country'],
        [second({ location: 'x'.repeat(101) }), 'TOO_LONG input.users.1.location'],
        [second({ email: 'nobody' }), 'EMAIL_INVALID input.users.1.email'],
        [second({ locale: '!' }), 'LOCALE_INVALID input.users.1.locale'],
        [{ users: Array(2).fill(newPerson()) }, 'PHONE_NUMBER_TAKEN input.users.1.phoneNumber'],
        [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
        [{ idempotencyKey: '' }, 'REQUIRED input.idempotencyKey'],
        [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
      ],
    },
    'update-user': {
      good: () => ({ id: userId, name: 'Asha Rao', location: 'Pune', expectedVersion: null }),
      bad: [
        [{ id: nobody }, 'NOT_FOUND input.id'],
        [{ id: 'no id' }, 'NOT_FOUND input.id'],
        [{ id: nul }, 'NOT_FOUND input.id'],
        [{ id: null }, 'BAD_USER_INPUT'],
        [{ name: null }, 'REQUIRED input.name'],
        [{ name: '' }, 'REQUIRED input.name'],
        [{ name: 'x'.repeat(101) }, 'TOO_LONG input.name'],
        [{ country: null }, 'REQUIRED input.country'],
        [{ country: 'XZ' }, 'COUNTRY_UNKNOWN input.country'],
        [{ email: 'nobody' }, 'EMAIL_INVALID input.email'],
        [{ locale: '!' }, 'LOCALE_INVALID input.locale'],
        [{ expectedVersion: 1_000 }, 'VERSION_CONFLICT input.expectedVersion'],
        [{ expectedVersion: 2 ** 40 }, 'BAD_USER_INPUT'],
        [{ expectedVersion: 'one' }, 'BAD_USER_INPUT'],
      ],
    },
    'verify-phone': {
      good: () => ({ userId, code: '000000' }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ userId: nul }, 'NOT_FOUND input.userId'],
        [{ code: '' }, 'REQUIRED input.code'],
        [{ code: 'abcdef' }, 'INVALID_FORMAT input.code'],
        [{ code: '1'.repeat(1_000) }, 'INVALID_FORMAT input.code'],
        [{ code: nul }, 'INVALID_FORMAT input.code'],
        [{ code: null }, 'BAD_USER_INPUT'],
      ],
    },
    'change-phone-number': {
      good: () => ({ userId, phoneNumber: newPhoneNumber(), idempotencyKey: crypto.randomUUID() }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ userId: nul }, 'NOT_FOUND input.userId'],
        [{ userId: null }, 'BAD_USER_INPUT'],
        [{ phoneNumber: '' }, 'REQUIRED input.phoneNumber'],
        [{ phoneNumber: nul }, 'INVALID_FORMAT input.phoneNumber'],
        [{ phoneNumber: 'x'.repeat(101) }, 'TOO_LONG input.phoneNumber'],
        [{ phoneNumber: '12345' }, 'PHONE_NUMBER_INVALID input.phoneNumber'],
        [{ phoneNumber: '06 12 34 56 78' }, 'PHONE_NUMBER_WRONG_COUNTRY input.phoneNumber'],
        [{ phoneNumber: null }, 'BAD_USER_INPUT'],
        [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
        [{ idempotencyKey: '' }, 'REQUIRED input.idempotencyKey'],
        [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
      ],
    },
    'resend-phone-verification': {
      good: () => ({ userId }),
      bad: [
        [{}, 'COOL_DOWN input.userId'],
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ userId: nul }, 'NOT_FOUND input.userId'],
        [{ userId: null }, 'BAD_USER_INPUT'],
      ],
    },
    'send-one-time-code': {
      good: () => ({ userId, purpose: 'LOGIN', channel: null, idempotencyKey: crypto.randomUUID() }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ userId: nul }, 'NOT_FOUND input.userId'],
        [{ userId: null }, 'BAD_USER_INPUT'],
        [{ purpose: '' }, 'REQUIRED input.purpose'],
        [{ purpose: 'log in' }, 'INVALID_FORMAT input.purpose'],
        [{ purpose: nul }, 'INVALID_FORMAT input.purpose'],
        [{ purpose: 'A'.repeat(51) }, 'TOO_LONG input.purpose'],
        [{ purpose: 'PHONE_VERIFICATION' }, 'NOT_ALLOWED input.purpose'],
        [{ channel: 'EMAIL' }, 'NOT_ALLOWED input.channel'],
        [{ channel: 'PIGEON' }, 'BAD_USER_INPUT'],
        [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
        [{ idempotencyKey: '' }, 'REQUIRED input.idempotencyKey'],
        [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
      ],
    },
    'check-one-time-code': {
      good: () => ({ userId, purpose: 'LOGIN', code: '000000' }),
      bad: [
        [{ userId: nobody }, 'CODE_NOT_SENT input.code'],
        [{ userId: 'no id' }, 'CODE_NOT_SENT input.code'],
        [{ userId: nul }, 'CODE_NOT_SENT input.code'],
        [{ purpose: 'NEVER_SENT' }, 'CODE_NOT_SENT input.code'],
        [{ purpose: '' }, 'REQUIRED input.purpose'],
        [{ purpose: nul }, 'INVALID_FORMAT input.purpose'],
        [{ code: '' }, 'REQUIRED input.code'],
        [{ code: 'abcdef' }, 'INVALID_FORMAT input.code'],
        [{ code: '1'.repeat(1_000) }, 'INVALID_FORMAT input.code'],
        [{ code: nul }, 'INVALID_FORMAT input.code'],
        [{ code: null }, 'BAD_USER_INPUT'],
      ],
    },
    'delete-user': {
      good: () => ({ id: nobody }),
      bad: [
        [{ id: nobody }, 'NOT_FOUND input.id'],
        [{ id: 'no id' }, 'NOT_FOUND input.id'],
        [{ id: nul }, 'NOT_FOUND input.id'],
        [{ id: undefined }, 'BAD_USER_INPUT'],
        [{ id: userId, expectedVersion: 1_000 }, 'VERSION_CONFLICT input.expectedVersion'],
      ],
    },
    'upload-image': {
      good: () => ({ userId, base64 }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: nul }, 'NOT_FOUND input.userId'],
        [{ base64: '' }, 'REQUIRED input.base64'],
        [{ base64: '***' }, 'INVALID_FORMAT input.base64'],
        [{ base64: null }, 'EXACTLY_ONE_REQUIRED input'],
        [{ url: 'https://example.com/a.jpg' }, 'EXACTLY_ONE_REQUIRED input'],
        [{ file: 'a text' }, 'BAD_USER_INPUT'],
        [{ base64: undefined, url: '' }, 'REQUIRED input.url'],
        [{ base64: undefined, url: nul }, 'INVALID_FORMAT input.url'],
        [{ alt: 'x'.repeat(1_001) }, 'TOO_LONG input.alt'],
        [{ alt: nul }, 'INVALID_FORMAT input.alt'],
        [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
        [{ idempotencyKey: nul }, 'INVALID_FORMAT input.idempotencyKey'],
      ],
    },
    'create-image-upload': {
      good: () => ({ userId, contentType: 'image/jpeg', sizeBytes: 1_000 }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ contentType: '' }, 'IMAGE_TYPE_NOT_ALLOWED input.contentType'],
        [{ contentType: nul }, 'IMAGE_TYPE_NOT_ALLOWED input.contentType'],
        [{ contentType: 'image/svg+xml' }, 'IMAGE_TYPE_NOT_ALLOWED input.contentType'],
        [{ contentType: 'constructor' }, 'IMAGE_TYPE_NOT_ALLOWED input.contentType'],
        [{ sizeBytes: 0 }, 'OUT_OF_RANGE input.sizeBytes'],
        [{ sizeBytes: -1 }, 'OUT_OF_RANGE input.sizeBytes'],
        [{ sizeBytes: 10 * 1024 * 1024 + 1 }, 'IMAGE_TOO_LARGE input.sizeBytes'],
        [{ sizeBytes: 2 ** 40 }, 'BAD_USER_INPUT'],
        [{ alt: 'x'.repeat(1_001) }, 'TOO_LONG input.alt'],
        [{ alt: nul }, 'INVALID_FORMAT input.alt'],
      ],
    },
    'set-avatar': {
      good: () => ({ userId, imageId: null }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ imageId: nobody }, 'NOT_FOUND input.imageId'],
        [{ imageId: 'no id' }, 'NOT_FOUND input.imageId'],
        [{ imageId: nul }, 'NOT_FOUND input.imageId'],
      ],
    },
    'delete-image': {
      good: () => ({ id: nobody }),
      bad: [
        [{}, 'NOT_FOUND input.id'],
        [{ id: 'no id' }, 'NOT_FOUND input.id'],
        [{ id: '' }, 'NOT_FOUND input.id'],
        [{ id: nul }, 'NOT_FOUND input.id'],
      ],
    },
    'send-message': {
      good: () => ({ userId, operation: 'WELCOME', channel: 'SMS', locale: 'en', variables: { name: 'Asha' } }),
      bad: [
        [{ userId: nobody }, 'NOT_FOUND input.userId'],
        [{ userId: 'no id' }, 'NOT_FOUND input.userId'],
        [{ operation: '' }, 'REQUIRED input.operation'],
        [{ operation: 'GREETING_FROM_MARS' }, 'TEMPLATE_UNKNOWN input.operation'],
        [{ operation: nul }, 'TEMPLATE_UNKNOWN input.operation'],
        [{ operation: 'PHONE_VERIFICATION' }, 'OPERATION_CARRIES_CODE input.operation'],
        [{ channel: 'PIGEON' }, 'BAD_USER_INPUT'],
        [{ phoneNumber: '12345' }, 'PHONE_NUMBER_INVALID input.phoneNumber'],
        [{ phoneNumber: '' }, 'REQUIRED input.phoneNumber'],
        [{ channel: null, email: 'nobody' }, 'EMAIL_INVALID input.email'],
        [{ channel: null, phoneNumber: newPhoneNumber(), email: 'asha@example.com' }, 'EXACTLY_ONE_REQUIRED input'],
        [{ locale: 'no language' }, 'LOCALE_INVALID input.locale'],
        [{ variables: { planet: 'Mars' } }, 'VARIABLE_UNKNOWN input.variables'],
        [{ variables: 'Mars' }, 'INVALID_FORMAT input.variables'],
        [{ variables: { name: nul } }, 'INVALID_FORMAT input.variables'],
        [{ idempotencyKey: 'x'.repeat(201) }, 'TOO_LONG input.idempotencyKey'],
      ],
    },
    'upsert-message-template': {
      good: () => ({
        operation: 'ORDER_SHIPPED',
        channel: 'EMAIL',
        locale: 'en',
        subject: 'Order {{ orderNumber }}',
        body: 'Order {{ orderNumber }} is on its way.',
        html: '<p>Order {{ orderNumber }} is on its way.</p>',
        variables: [{ name: 'orderNumber', type: 'STRING', required: true }],
      }),
      bad: [
        [{ operation: '' }, 'REQUIRED input.operation'],
        [{ operation: 'order shipped' }, 'INVALID_FORMAT input.operation'],
        [{ operation: nul }, 'INVALID_FORMAT input.operation'],
        [{ channel: 'PIGEON' }, 'BAD_USER_INPUT'],
        [{ channel: 'SMS' }, 'NOT_ALLOWED input.subject'],
        [{ locale: 'no language' }, 'LOCALE_INVALID input.locale'],
        [{ subject: null }, 'REQUIRED input.subject'],
        [{ subject: 'a\r\nBcc: b@example.com' }, 'INVALID_FORMAT input.subject'],
        [{ subject: 'x'.repeat(201) }, 'TOO_LONG input.subject'],
        [{ body: '' }, 'REQUIRED input.body'],
        [{ body: nul }, 'INVALID_FORMAT input.body'],
        [{ body: 'x'.repeat(20_001) }, 'TOO_LONG input.body'],
        [{ body: '{% if orderNumber %}' }, 'TEMPLATE_INVALID input.body'],
        [{ body: '{{ orderNumber | raw }}' }, 'TEMPLATE_INVALID input.body'],
        [{ body: '{{ constructor }}' }, 'VARIABLE_UNKNOWN input.body'],
        [{ html: '{% include "/etc/passwd" %}' }, 'TEMPLATE_INVALID input.html'],
        [{ variables: [] }, 'VARIABLE_UNKNOWN input.body'],
        [{ variables: [{ name: '' }] }, 'INVALID_FORMAT input.variables.0.name'],
        [{ variables: [{ name: 'code' }] }, 'NOT_ALLOWED input.variables.0.name'],
        [{ variables: [{ name: 'orderNumber', type: 'MONEY' }] }, 'BAD_USER_INPUT'],
        [{ operation: 'WELCOME' }, 'VARIABLE_UNKNOWN input.variables.0.name'],
      ],
    },
    'delete-message-template': {
      good: () => ({ operation: 'NEVER_WRITTEN', channel: 'SMS', locale: 'en' }),
      bad: [
        [{}, 'TEMPLATE_UNKNOWN input'],
        [{ operation: '' }, 'REQUIRED input.operation'],
        [{ operation: nul }, 'INVALID_FORMAT input.operation'],
        [{ operation: 'WELCOME' }, 'NOT_ALLOWED input'],
        [{ locale: '!' }, 'LOCALE_INVALID input.locale'],
        [{ channel: null }, 'BAD_USER_INPUT'],
      ],
    },
  };
}
