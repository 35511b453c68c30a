import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

const sendMutation = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id user { id } operation channel recipient locale status attempts failure createdAt sentAt }
    userErrors { code field message }
  }
}`;
const everyone = ['messaging:read', 'messaging:send-any'];

let messaging: RunningMessaging;

beforeAll(async () => {
  messaging = await startRunningMessaging();
});
afterAll(() => messaging.close());

async function send(input: object, options: { scopes?: string[]; clientId?: string } = {}) {
  const { data, errors } = await messaging.ask(sendMutation, { input }, options);
  expect(errors).toEqual([]);
  return data.sendMessage;
}

async function codeOf(input: object, options: { scopes?: string[] } = {}): Promise<string[]> {
  const { message, userErrors } = await send(input, options);
  expect(message).toBeNull();
  for (const error of userErrors) expect(error.message).toMatch(/\.$/);
  return userErrors.map(({ code, field }: { code: string; field: string[] }) => `${code} ${field.join('.')}`);
}

const welcome = (userId: string, over: object = {}) => ({ userId, operation: 'WELCOME', ...over });

describe('sendMessage', () => {
  test('a message goes to the user’s own number, in their language, and is SENT in the end', async () => {
    const user = messaging.profile.addUser({ name: 'Asha Rao', locale: 'hi' });
    const { message, userErrors } = await send(welcome(user.userId));
    expect(userErrors).toEqual([]);
    expect(message).toMatchObject({
      user: { id: user.userId },
      operation: 'WELCOME',
      channel: 'SMS',
      locale: 'hi',
      status: 'QUEUED',
    });
    expect(message.recipient).toBe(`+91******${user.phoneNumber?.slice(-4)}`);
    const arrived = await messaging.arrival(user.phoneNumber ?? '');
    expect(arrived.body).toBe('Asha Rao, Atrium में आपका स्वागत है! आपका नंबर सत्यापित हो गया है।');
    const sent = await waitFor('SENT', async () => {
      const { data } = await messaging.ask(`{ message(id: "${message.id}") { status attempts sentAt } }`);
      return data.message.status === 'SENT' && data.message;
    });
    expect(sent).toMatchObject({ attempts: 1 });
    expect(Date.parse(sent.sentAt)).not.toBeNaN();
  });

  test('an e-mail is escaped where it is HTML and nowhere else', async () => {
    const user = messaging.profile.addUser({ email: 'asha@example.com', name: '<i>Asha</i> & co' });
    const { message } = await send(welcome(user.userId, { channel: 'EMAIL' }));
    expect(message).toMatchObject({ channel: 'EMAIL', recipient: 'a***@example.com', locale: 'en' });
    const arrived = await messaging.arrival('asha@example.com');
    expect(arrived.subject).toBe('Welcome to Atrium, <i>Asha</i> & co');
    expect(arrived.body).toContain('Hello <i>Asha</i> & co,');
    expect(arrived.html).toContain('Hello &lt;i&gt;Asha&lt;/i&gt; &amp; co,');
  });

  test('the user’s own number and address may be named, another’s only with messaging:send-any', async () => {
    const user = messaging.profile.addUser({ email: 'Own@example.com' });
    const own = await send(welcome(user.userId, { phoneNumber: user.phoneNumber }));
    expect(own.userErrors).toEqual([]);
    expect((await send(welcome(user.userId, { email: 'own@example.com' }))).message.channel).toBe('EMAIL');
    expect(await codeOf(welcome(user.userId, { phoneNumber: '+447400123456' }))).toEqual([
      'NOT_ALLOWED input.phoneNumber',
    ]);
    expect(await codeOf(welcome(user.userId, { email: 'x@example.com' }))).toEqual(['NOT_ALLOWED input.email']);
    const any = await send(welcome(user.userId, { phoneNumber: '+447400123456' }), { scopes: everyone });
    expect(any.message.recipient).toBe('+44******3456');
  });

  test('every input that cannot be sent says what to mend', async () => {
    const { userId } = messaging.profile.addUser();
    const homeless = messaging.profile.addUser({ phoneNumber: null });
    const cases: [object, string[]][] = [
      [welcome(newId()), ['NOT_FOUND input.userId']],
      [welcome('no id'), ['NOT_FOUND input.userId']],
      [welcome('\u0000'), ['NOT_FOUND input.userId']],
      [welcome(userId, { operation: 'NO_SUCH' }), ['TEMPLATE_UNKNOWN input.operation']],
      [welcome(userId, { operation: '' }), ['REQUIRED input.operation']],
      [welcome(userId, { operation: 'A\u0000' }), ['TEMPLATE_UNKNOWN input.operation']],
      [welcome(userId, { operation: 'PHONE_VERIFICATION' }), ['OPERATION_CARRIES_CODE input.operation']],
      [welcome(userId, { operation: 'LOGIN_CODE' }), ['OPERATION_CARRIES_CODE input.operation']],
      [
        welcome(userId, { variables: { nmae: 'x', other: 1 } }),
        ['VARIABLE_UNKNOWN input.variables.nmae', 'VARIABLE_UNKNOWN input.variables.other'],
      ],
      [welcome(userId, { variables: { name: ' ' } }), ['VARIABLE_MISSING input.variables.name']],
      [welcome(userId, { variables: { name: 'a\u0000' } }), ['INVALID_FORMAT input.variables.name']],
      [welcome(userId, { variables: { name: { a: 1 } } }), ['INVALID_FORMAT input.variables.name']],
      [welcome(userId, { variables: { name: 'x'.repeat(1_001) } }), ['TOO_LONG input.variables.name']],
      [welcome(userId, { variables: { '__proto__ ': 'x' } }), ['INVALID_FORMAT input.variables']],
      [welcome(userId, { variables: [] }), ['INVALID_FORMAT input.variables']],
      [welcome(userId, { variables: 'x' }), ['INVALID_FORMAT input.variables']],
      [welcome(userId, { channel: 'EMAIL' }), ['REQUIRED input.email']],
      [welcome(homeless.userId), ['REQUIRED input.email']],
      [welcome(homeless.userId, { channel: 'SMS' }), ['REQUIRED input.phoneNumber']],
      [welcome(userId, { phoneNumber: '+447400123456', email: 'a@example.com' }), ['EXACTLY_ONE_REQUIRED input.email']],
      [welcome(userId, { phoneNumber: '+447400123456', channel: 'EMAIL' }), ['NOT_ALLOWED input.channel']],
      [welcome(userId, { email: 'a@example.com', channel: 'SMS' }), ['NOT_ALLOWED input.channel']],
      [welcome(userId, { phoneNumber: '' }), ['REQUIRED input.phoneNumber']],
      [welcome(userId, { phoneNumber: '12345' }), ['PHONE_NUMBER_INVALID input.phoneNumber']],
      [welcome(userId, { phoneNumber: '+19002345678' }), ['PHONE_NUMBER_TYPE_NOT_ALLOWED input.phoneNumber']],
      [welcome(userId, { email: '' }), ['REQUIRED input.email']],
      [welcome(userId, { email: 'nobody' }), ['EMAIL_INVALID input.email']],
      [welcome(userId, { email: 'a@example.com, b@example.com' }), ['EMAIL_INVALID input.email']],
      [welcome(userId, { email: 'a@example.com\r\nBcc: b@example.com' }), ['EMAIL_INVALID input.email']],
      [welcome(userId, { email: `${'a'.repeat(300)}@example.com` }), ['EMAIL_INVALID input.email']],
      [welcome(userId, { locale: 'not a tag' }), ['LOCALE_INVALID input.locale']],
      [welcome(userId, { locale: '\u0000' }), ['LOCALE_INVALID input.locale']],
      [welcome(userId, { idempotencyKey: '' }), ['REQUIRED input.idempotencyKey']],
      [welcome(userId, { idempotencyKey: 'x'.repeat(201) }), ['TOO_LONG input.idempotencyKey']],
      [welcome(userId, { idempotencyKey: 'a\u0000' }), ['INVALID_FORMAT input.idempotencyKey']],
    ];
    for (const [input, expected] of cases) {
      expect([input, await codeOf(input, { scopes: everyone })]).toEqual([input, expected]);
    }
  });

  test('null means the same as leaving out', async () => {
    const { userId } = messaging.profile.addUser();
    const nothing = {
      phoneNumber: null,
      email: null,
      channel: null,
      locale: null,
      variables: null,
      idempotencyKey: null,
    };
    expect((await send(welcome(userId, nothing))).userErrors).toEqual([]);
  });

  test('without messaging:send nobody sends', async () => {
    const { userId } = messaging.profile.addUser();
    const { errors, data } = await messaging.ask(
      sendMutation,
      { input: welcome(userId) },
      { scopes: ['messaging:read'] },
    );
    expect(data).toEqual({ sendMessage: null });
    expect(errors[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  });

  test('where Profile is away, it says UNAVAILABLE', async () => {
    const { userId } = messaging.profile.addUser();
    messaging.profile.away = true;
    const { errors } = await messaging.ask(sendMutation, { input: welcome(userId) });
    messaging.profile.away = false;
    expect(errors[0]?.extensions.code).toBe('UNAVAILABLE');
  });

  test('the same key sends once, however many ask at once', async () => {
    const user = messaging.profile.addUser();
    const input = welcome(user.userId, { idempotencyKey: 'once', variables: { name: 'A' } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(input)));
    expect(new Set(answers.map(({ message }) => message.id)).size).toBe(1);
    expect((await send({ ...input, idempotencyKey: ' once ' })).message.id).toBe(answers[0].message.id);
    expect(await codeOf({ ...input, variables: { name: 'B' } })).toEqual(['IDEMPOTENCY_CONFLICT input.idempotencyKey']);
    const other = await send(input, { clientId: 'another-client' });
    expect(other.message.id).not.toBe(answers[0].message.id);
    await messaging.database.query("UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second'");
    const tomorrow = await send(input);
    expect(tomorrow.message.id).not.toBe(answers[0].message.id);
    await messaging.arrival(user.phoneNumber ?? '', 3);
    const { data } = await entities([user.userId], 'messages { totalCount }');
    expect(data._entities[0].messages.totalCount).toBe(3);
  });
});

function entities(ids: string[], selection: string, typename = 'User', scopes = everyone) {
  return messaging.ask(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${typename} { id ${selection} } } }`,
    { representations: ids.map((id) => ({ __typename: typename, id })) },
    { scopes },
  );
}

describe('reading messages', () => {
  test('User.messages is a connection, newest first, filtered by operation, and counted when asked', async () => {
    const user = messaging.profile.addUser();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await send(welcome(user.userId))).message.id);
    const page = 'pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id } }';
    const first = await entities([user.userId], `messages(first: 3) { totalCount ${page} }`);
    const connection = first.data._entities[0].messages;
    expect(connection.totalCount).toBe(5);
    expect(connection.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids.slice(0, 3));
    expect(connection.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const next = await entities(
      [user.userId],
      `messages(first: 3, after: "${connection.pageInfo.endCursor}") { ${page} }`,
    );
    expect(next.data._entities[0].messages.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(
      ids.slice(3),
    );
    expect(next.data._entities[0].messages.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    for (const operation of ['OTHER', '', 'A\\u0000']) {
      const none = await entities([user.userId], `messages(operation: "${operation}") { totalCount edges { cursor } }`);
      expect(none.errors).toEqual([]);
      expect(none.data._entities[0].messages).toEqual({ totalCount: 0, edges: [] });
    }
  });

  test('bad paging arguments are BAD_USER_INPUT', async () => {
    const { userId } = messaging.profile.addUser();
    for (const args of ['first: 0', 'first: 101', 'first: -1', 'after: "x"', 'after: ""']) {
      const { errors } = await entities([userId], `messages(${args}) { totalCount }`);
      expect([args, errors[0]?.extensions.code]).toEqual([args, 'BAD_USER_INPUT']);
    }
  });

  test('references are answered in order: known, unknown, repeated and malformed', async () => {
    const user = messaging.profile.addUser();
    const { message } = await send(welcome(user.userId));
    const ids = [message.id, newId(), 'no id', message.id, '\u0000', message.id.toUpperCase()];
    const { data, errors } = await entities(ids, 'operation', 'Message');
    expect(errors).toEqual([]);
    const known = { id: message.id, operation: 'WELCOME' };
    expect(data._entities).toEqual([known, null, null, known, null, known]);
    const users = await entities([user.userId, 'no id', newId()], 'messages { totalCount }');
    expect(users.data._entities).toMatchObject([
      { messages: { totalCount: 1 } },
      null,
      { messages: { totalCount: 0 } },
    ]);
  });

  test('without messaging:read nothing is seen', async () => {
    const user = messaging.profile.addUser();
    const { message } = await send(welcome(user.userId));
    const scopes = ['messaging:send'];
    const answers = [
      await messaging.ask(`{ message(id: "${message.id}") { id } }`, {}, { scopes }),
      await entities([user.userId], 'messages { totalCount }', 'User', scopes),
      await entities([message.id], 'operation', 'Message', scopes),
    ];
    for (const { errors, data } of answers) {
      expect(errors[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
      expect(JSON.stringify(data)).not.toContain('WELCOME');
    }
  });

  test('what is no id finds no message', async () => {
    for (const id of ['', 'x', '\\u0000', newId()]) {
      expect(await messaging.ask(`{ message(id: "${id}") { id } }`)).toMatchObject({
        data: { message: null },
        errors: [],
      });
    }
  });
});

test('validatePhoneNumber needs a key and no scope, and tells why', async () => {
  const query = `query ($phoneNumber: String!, $country: String) {
    validatePhoneNumber(phoneNumber: $phoneNumber, country: $country) { valid phoneNumber country type rejection }
  }`;
  const ask = async (variables: object) =>
    (await messaging.ask(query, variables, { scopes: [] })).data.validatePhoneNumber;
  expect(await ask({ phoneNumber: '098765 43210', country: 'IN' })).toEqual({
    valid: true,
    phoneNumber: '+919876543210',
    country: 'IN',
    type: 'MOBILE',
    rejection: null,
  });
  expect(await ask({ phoneNumber: '12345', country: 'IN' })).toMatchObject({ rejection: 'PHONE_NUMBER_INVALID' });
});

test('nobody is answered without a valid token', async () => {
  for (const [path, method] of [
    ['/graphql', 'POST'],
    ['/events', 'POST'],
    ['/inbox/messages', 'GET'],
    ['/inbox/events', 'GET'],
  ]) {
    const response = await fetch(messaging.url() + path, { method, headers: { authorization: 'Bearer x.y.z' } });
    expect([path, response.status]).toEqual([path, 401]);
  }
});

describe('events', () => {
  const event = (type: string, subject: string, version = 1, over: object = {}) => ({
    specversion: '1.0',
    id: newId(),
    source: '/profile',
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { version },
    ...over,
  });

  test('user.verified greets once, however often it is told', async () => {
    const user = messaging.profile.addUser();
    const told = event('user.verified', user.userId);
    const responses = await Promise.all(Array.from({ length: 8 }, () => messaging.tell([told, told])));
    expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(204));
    expect((await messaging.arrival(user.phoneNumber ?? '')).operation).toBe('WELCOME');
    const { data } = await entities([user.userId], 'messages { totalCount }');
    expect(data._entities[0].messages.totalCount).toBe(1);
  });

  test('while Profile is away an event is not taken, and greets when it is told again', async () => {
    const user = messaging.profile.addUser();
    const told = event('user.verified', user.userId);
    messaging.profile.away = true;
    expect((await messaging.tell([told])).status).toBe(503);
    messaging.profile.away = false;
    expect((await messaging.tell([told])).status).toBe(204);
    await messaging.arrival(user.phoneNumber ?? '');
  });

  test('user.deleted erases everything of the user, and nothing is written for them afterwards', async () => {
    const user = messaging.profile.addUser();
    await send(welcome(user.userId, { idempotencyKey: 'gone' }));
    const request = {
      requestId: newId(),
      userId: user.userId,
      phoneNumber: user.phoneNumber,
      name: 'A',
      country: 'IN',
      clientId: 'c',
    };
    const start = (requestId: string) =>
      messaging.askAsService(
        `mutation ($inputs: [StartPhoneVerificationInput!]!) { startPhoneVerifications(inputs: $inputs) { rejection codeSentAt } }`,
        { inputs: [{ ...request, requestId }] },
      );
    await start(request.requestId);
    await messaging.arrival(user.phoneNumber ?? '', 2);
    expect((await messaging.tell([event('user.deleted', user.userId, 3)])).status).toBe(204);

    const late = event('user.verified', user.userId, 2);
    expect((await messaging.tell([late])).status).toBe(204);
    const refused = { rejection: 'NOT_FOUND', codeSentAt: null };
    expect((await start(newId())).data.startPhoneVerifications).toEqual([refused]);
    expect(await codeOf(welcome(user.userId))).toEqual(['NOT_FOUND input.userId']);
    expect(await messaging.inbox(user.phoneNumber ?? '')).toEqual([]);
    for (const table of ['messages', 'challenges', 'idempotency_keys']) {
      expect(await messaging.database.query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [user.userId])).toEqual([]);
    }
  });

  test('in one batch a deletion wins over a verification, in whatever order they stand', async () => {
    const user = messaging.profile.addUser();
    await messaging.tell([event('user.verified', user.userId, 2), event('user.deleted', user.userId, 3)]);
    expect(await messaging.database.query('SELECT 1 FROM messages WHERE user_id = $1', [user.userId])).toEqual([]);
  });

  test('two batches that each write for whom the other erases both succeed', async () => {
    const users = Array.from({ length: 20 }, () => messaging.profile.addUser());
    for (let round = 0; round < 5; round++) {
      const batch = (from: number) => [
        ...users.slice(from, from + 10).map(({ userId }) => event('user.deleted', userId, 3)),
        ...users.slice(10 - from, 20 - from).map(({ userId }) => event('user.verified', userId, 2)),
      ];
      const answers = await Promise.all([messaging.tell(batch(0)), messaging.tell(batch(10))]);
      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    }
  });

  test('a message that is being written while its user is deleted is gone as well', async () => {
    const user = messaging.profile.addUser();
    const { query } = messaging.database;
    const someone = (condition: string) => async () =>
      (
        await query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
        )
      ).length > 0;
    // Holds the writer between its message and its job.
    const barrier = new pg.Client({ connectionString: messaging.database.url });
    await barrier.connect();
    await barrier.query('BEGIN; LOCK TABLE graphile_worker._private_jobs IN SHARE MODE');
    const writing = messaging.ask(sendMutation, { input: welcome(user.userId) });
    // PostgreSQL shows the first kilobyte of a statement, which ends before the jobs.
    await waitFor('the writer', someone("wait_event_type = 'Lock' AND query LIKE '%INSERT INTO messages%'"));
    const deleting = messaging.tell([event('user.deleted', user.userId, 2)]);
    let deleted = false;
    void deleting.then(() => {
      deleted = true;
    });
    const waiting = someone("wait_event = 'advisory'");
    await waitFor('the deletion', async () => deleted || (await waiting()));
    await barrier.query('COMMIT');
    await barrier.end();
    await Promise.all([writing, deleting]);
    expect(await query('SELECT 1 FROM messages WHERE user_id = $1', [user.userId])).toEqual([]);
  });

  test('only Profile’s word about a person counts', async () => {
    const user = messaging.profile.addUser();
    await send(welcome(user.userId));
    const forged = event('user.deleted', user.userId, 9, { source: '/gateway' });
    expect((await messaging.tell([forged], { as: 'gateway' })).status).toBe(204);
    expect(await messaging.database.query('SELECT 1 FROM messages WHERE user_id = $1', [user.userId])).toHaveLength(1);
  });

  test('an idempotency key is kept as a keyed hash only', async () => {
    const user = messaging.profile.addUser();
    await send(welcome(user.userId, { idempotencyKey: 'asha@example.com' }));
    const kept = await messaging.database.query('SELECT key FROM idempotency_keys WHERE user_id = $1', [user.userId]);
    expect(kept).toEqual([{ key: expect.stringMatching(/^[\w-]{43}$/) }]);
  });

  test('an event that is unknown is taken, and a batch that is none is refused', async () => {
    expect((await messaging.tell([event('user.renamed', newId())])).status).toBe(204);
    expect((await messaging.tell([])).status).toBe(204);
    expect((await messaging.tell([event('user.deleted', 'no id')])).status).toBe(400);
    expect((await messaging.tell([event('user.deleted', newId(), 1, { id: 'a\u0000' })])).status).toBe(400);
    expect((await messaging.tell([event('user.deleted', newId(), 1, { source: '/image' })])).status).toBe(400);
  });
});

test('a reference that is malformed is null and fails no other', async () => {
  const user = messaging.profile.addUser();
  const id = (await send(welcome(user.userId))).message.id;
  const ids = [5, id, null, {}, 'x', id.toUpperCase(), newId()];
  const { data, errors } = await messaging.ask(
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Message { id } } }',
    { r: [...ids.map((given) => ({ __typename: 'Message', id: given })), { __typename: 'Message' }] },
  );
  expect(errors).toEqual([]);
  expect(data._entities).toEqual([null, { id }, null, null, null, { id }, null, null]);
});

describe('the developer inbox', () => {
  test('it is open to the gateway alone', async () => {
    expect((await messaging.get('/inbox/messages', { as: 'profile' })).status).toBe(403);
    expect((await messaging.get('/inbox/events', { as: 'profile' })).status).toBe(403);
    const token = await messaging.issuers.gateway.clientToken(
      { clientId: 'c', scopes: ['messaging:read'] },
      'messaging',
    );
    const response = await fetch(`${messaging.url()}/inbox/messages`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(403);
  });

  test('it lists what arrived, newest first and from an id on, and refuses what is no filter', async () => {
    const user = messaging.profile.addUser();
    await send(welcome(user.userId));
    const first = await messaging.arrival(user.phoneNumber ?? '');
    await send(welcome(user.userId));
    const second = await messaging.arrival(user.phoneNumber ?? '', 2);
    expect((await messaging.inbox(user.phoneNumber ?? '')).map(({ id }) => id)).toEqual([second.id, first.id]);
    const since = await messaging.get(`/inbox/messages?to=${user.phoneNumber}&after=${first.id}`);
    expect(await since.json()).toMatchObject({ messages: [{ id: second.id }] });
    for (const query of ['after=x', 'to=%00', 'to=1&to=2']) {
      expect([query, (await messaging.get(`/inbox/messages?${query}`)).status]).toEqual([query, 400]);
    }
  });

  test('it tells of arrivals as they happen, and lets go when the service stops', async () => {
    const user = messaging.profile.addUser();
    const response = await messaging.get('/inbox/events');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const readUntil = async (found: (text: string) => boolean): Promise<boolean> => {
      while (!found(text)) {
        const { value, done } = (await reader?.read()) ?? { value: '', done: true };
        if (done) return false;
        text += value;
      }
      return true;
    };
    await readUntil((seen) => seen.includes(': hello'));
    await send(welcome(user.userId));
    await readUntil((seen) => seen.includes(user.phoneNumber ?? 'nobody') && seen.endsWith('\n\n'));
    const data = text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)));
    expect(data.find(({ to }) => to === user.phoneNumber)).toMatchObject({ operation: 'WELCOME', channel: 'SMS' });
    const stopped = messaging.restart();
    expect(await readUntil(() => false)).toBe(false);
    await stopped;
  });
});
