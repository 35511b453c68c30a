import { readFileSync } from 'node:fs';
import { newId } from '@atrium/service-kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';
import type { TemplateText } from './domain/template.ts';
import { templateFilters } from './domain/template-filters.ts';
import { allowedTags } from './domain/template-language.ts';
import { readTemplateFiles } from './providers/template-files.ts';
import { type Messaging, startMessaging } from './start.ts';
import { openDatabase } from './store/database.ts';
import { createTemplateArchive, seedTemplates } from './store/template-store.ts';
import { type RunningMessaging, startRunningMessaging } from './testing/running-messaging.ts';
import { waitFor } from './testing/wait-for.ts';

const shipped = readTemplateFiles(new URL('../templates/', import.meta.url).pathname);
const scopes = ['messaging:templates', 'messaging:send', 'messaging:read'];
const fields =
  'operation channel locale version subject body html variables { name type required } carriesCode shipped';
const upsertMutation = `mutation ($input: UpsertMessageTemplateInput!) {
  upsertMessageTemplate(input: $input) { template { ${fields} updatedAt } userErrors { code field message } }
}`;
const deleteMutation = `mutation ($input: DeleteMessageTemplateInput!) {
  deleteMessageTemplate(input: $input) { userErrors { code field message } }
}`;
const previewQuery = `query ($operation: String!, $channel: MessageChannel!, $locale: String, $variables: JSON) {
  previewMessage(operation: $operation, channel: $channel, locale: $locale, variables: $variables) {
    subject body html locale version segments encoding userErrors { code field message }
  }
}`;

interface Complaint {
  code: string;
  field: string[];
  message: string;
}

let messaging: RunningMessaging;
beforeAll(async () => {
  messaging = await startRunningMessaging();
});
afterAll(() => messaging.close());

async function ask(query: string, variables: object = {}) {
  const { data, errors } = await messaging.ask(query, variables, { scopes });
  expect(errors).toEqual([]);
  return data;
}
const upsert = async (input: object) => (await ask(upsertMutation, { input })).upsertMessageTemplate;
const remove = async (input: object): Promise<string[]> =>
  complaints((await ask(deleteMutation, { input })).deleteMessageTemplate.userErrors);
const preview = async (variables: object) => (await ask(previewQuery, variables)).previewMessage;
const complaints = (userErrors: Complaint[]): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field.join('.')}`);
const versions = async (operation: string, channel: string, locale: string) =>
  (
    await ask(
      `{ messageTemplateVersions(operation: "${operation}", channel: ${channel}, locale: "${locale}") { ${fields} } }`,
    )
  ).messageTemplateVersions;
const list = async (filter = ''): Promise<{ operation: string; locale: string; version: number; body: string }[]> =>
  (await ask(`{ messageTemplates${filter} { operation channel locale version body } }`)).messageTemplates;

const order = (over: object = {}) => ({
  operation: 'ORDER_SHIPPED',
  channel: 'SMS',
  locale: 'en',
  body: '{{ name }}, order {{ orderNumber }} is on its way.',
  variables: [{ name: 'name' }, { name: 'orderNumber' }],
  ...over,
});
const send = async (input: object) => {
  const { sendMessage } = await ask(
    `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) { message { locale templateVersion } userErrors { code field message } }
    }`,
    { input },
  );
  return sendMessage;
};

describe('an operator’s template', () => {
  test('is sent from the moment it is answered, in its version, and each version stays', async () => {
    const first = await upsert(order());
    expect(first.userErrors).toEqual([]);
    expect(first.template).toMatchObject({ version: 1, shipped: false, carriesCode: false, subject: null, html: null });
    expect(first.template.variables).toEqual([
      { name: 'name', type: 'STRING', required: true },
      { name: 'orderNumber', type: 'STRING', required: true },
    ]);
    const user = messaging.profile.addUser();
    const wanted = { userId: user.userId, operation: 'ORDER_SHIPPED', variables: { orderNumber: 'A-17' } };
    expect((await send(wanted)).message).toEqual({ locale: 'en', templateVersion: 1 });
    expect((await messaging.arrival(user.phoneNumber ?? '')).body).toBe('Asha Rao, order A-17 is on its way.');

    expect((await upsert(order({ body: '{{ orderNumber }} left, {{ name }}.' }))).template.version).toBe(2);
    expect((await send(wanted)).message.templateVersion).toBe(2);
    expect((await messaging.arrival(user.phoneNumber ?? '', 2)).body).toBe('A-17 left, Asha Rao.');
    const kept = await versions('ORDER_SHIPPED', 'SMS', 'en');
    expect(kept.map(({ version, body }: { version: number; body: string }) => [version, body])).toEqual([
      [2, '{{ orderNumber }} left, {{ name }}.'],
      [1, '{{ name }}, order {{ orderNumber }} is on its way.'],
    ]);
  });

  test('that is written again as it is, is the same version', async () => {
    const input = order({ operation: 'SAME_AGAIN' });
    await upsert(input);
    expect((await upsert(input)).template.version).toBe(1);
    expect(await versions('SAME_AGAIN', 'SMS', 'en')).toHaveLength(1);
  });

  test('that many write at once, becomes a version for each text, and the last one counts', async () => {
    await upsert(order({ operation: 'RACE', body: 'Text', variables: [] }));
    const [text] = (await versions('RACE', 'SMS', 'en')) as [TemplateText];
    const bodies = Array.from({ length: 16 }, (_, index) => `Text ${index >> 3}`);
    const database = openDatabase(messaging.database.url, bodies.length);
    const archive = createTemplateArchive(database, { maxTemplates: 1_000, onChange: () => undefined });
    const saved = await Promise.all(bodies.map((body) => archive.saveTemplate({ ...text, body }, 'test-client')));
    await database.$disconnect();
    const kept: { version: number; body: string }[] = await versions('RACE', 'SMS', 'en');
    expect(kept.map(({ version }) => version).reverse()).toEqual(kept.map((_, index) => index + 1));
    // A text that was written, then replaced, and written again, counts again, as a further version.
    for (const template of saved) expect(kept).toContainEqual(expect.objectContaining({ body: template?.body }));
    for (const [index, { body }] of kept.entries()) expect(kept[index + 1]?.body).not.toBe(body);
    const current = await waitFor('the last one', async () => {
      const [known] = await list('(operation: "RACE")');
      return known?.version === kept.length && known;
    });
    expect(current.body).toBe(kept[0]?.body);
  });

  test('that is deleted is gone; its versions stay and are counted on', async () => {
    const key = { operation: 'SHORT_LIVED', channel: 'SMS', locale: 'en' };
    await upsert(order({ ...key, body: 'One', variables: [] }));
    expect(await remove({ ...key, locale: 'EN' })).toEqual([]);
    const { userId } = messaging.profile.addUser();
    expect(complaints((await send({ userId, operation: 'SHORT_LIVED' })).userErrors)).toEqual([
      'TEMPLATE_UNKNOWN input.operation',
    ]);
    expect(await list('(operation: "SHORT_LIVED")')).toEqual([]);
    expect(await versions('SHORT_LIVED', 'SMS', 'en')).toHaveLength(1);
    expect((await upsert(order({ ...key, body: 'One', variables: [] }))).template.version).toBe(2);
  });

  test('over one that Atrium comes with, counts until it is deleted, through restarts', async () => {
    const key = { operation: 'WELCOME', channel: 'SMS', locale: 'hi' };
    const [shipped] = await versions('WELCOME', 'SMS', 'hi');
    expect((await upsert({ ...key, body: 'जी {{ name }}' })).template).toMatchObject({
      version: shipped.version + 1,
      shipped: false,
      variables: [{ name: 'name', type: 'STRING', required: true }],
    });
    await messaging.restart();
    const user = messaging.profile.addUser({ locale: 'hi-IN' });
    expect((await send({ userId: user.userId, operation: 'WELCOME' })).message).toEqual({
      locale: 'hi',
      templateVersion: shipped.version + 1,
    });
    expect(await remove(key)).toEqual([]);
    expect((await send({ userId: user.userId, operation: 'WELCOME' })).message.templateVersion).toBe(shipped.version);
    expect(await remove(key)).toEqual(['NOT_ALLOWED input']);
    expect(await versions('WELCOME', 'SMS', 'hi')).toHaveLength(shipped.version + 1);
  });

  test('changes the code’s message, which nobody else may send for it', async () => {
    const key = { operation: 'LOGIN_CODE', channel: 'SMS', locale: 'en' };
    const { template } = await upsert({ ...key, body: 'Code {{ code }}, for {{ minutes }} minutes' });
    expect(template).toMatchObject({ carriesCode: true });
    const { userId } = messaging.profile.addUser();
    const refusal = await send({ userId, operation: 'LOGIN_CODE', variables: { code: '1', minutes: 1 } });
    expect(complaints(refusal.userErrors)).toEqual(['OPERATION_CARRIES_CODE input.operation']);
    expect(await remove(key)).toEqual([]);
  });
});

describe('what is wrong with a template is told when it is written', () => {
  const email = (over: object = {}) => order({ channel: 'EMAIL', subject: 'Order {{ orderNumber }}', ...over });
  const cases: [string, object, string[]][] = [
    ['no operation', order({ operation: ' ' }), ['REQUIRED input.operation']],
    ['no name of an operation', order({ operation: 'order shipped' }), ['INVALID_FORMAT input.operation']],
    ['a NUL', order({ operation: 'A\u0000' }), ['INVALID_FORMAT input.operation']],
    ['no language', order({ locale: 'no language' }), ['LOCALE_INVALID input.locale']],
    ['two faults', order({ operation: '', locale: '' }), ['REQUIRED input.operation', 'LOCALE_INVALID input.locale']],
    ['a subject of an SMS', order({ subject: 'x' }), ['NOT_ALLOWED input.subject']],
    ['HTML of an SMS', order({ html: '<p>' }), ['NOT_ALLOWED input.html']],
    ['no subject of an e-mail', email({ subject: null }), ['REQUIRED input.subject']],
    ['a subject of two lines', email({ subject: 'a\nBcc: b' }), ['INVALID_FORMAT input.subject']],
    ['a long subject', email({ subject: 'x'.repeat(201) }), ['TOO_LONG input.subject']],
    ['no text', order({ body: ' \n' }), ['REQUIRED input.body']],
    ['a long SMS', order({ body: 'x'.repeat(1_601) }), ['TOO_LONG input.body']],
    ['a long e-mail', email({ body: 'x'.repeat(20_001) }), ['TOO_LONG input.body']],
    ['long HTML', email({ html: 'x'.repeat(50_001) }), ['TOO_LONG input.html']],
    ['controls', order({ body: 'a\u0007' }), ['INVALID_FORMAT input.body']],
    ['half a character', order({ body: 'a\ud83d' }), ['INVALID_FORMAT input.body']],
    ['what is not closed', order({ body: '{% if name %}' }), ['TEMPLATE_INVALID input.body']],
    ['what is no expression', order({ body: '{{ | }}' }), ['TEMPLATE_INVALID input.body']],
    ['a tag that is not allowed', order({ body: '{% for i in name %}{% endfor %}' }), ['TEMPLATE_INVALID input.body']],
    ['a filter that is not allowed', email({ html: '{{ name | raw }}' }), ['TEMPLATE_INVALID input.html']],
    ['a part of a variable', order({ body: '{{ name.size }}' }), ['TEMPLATE_INVALID input.body']],
    ['no style of a date', order({ body: '{{ name | date: "odd" }}' }), ['TEMPLATE_INVALID input.body']],
    [
      'no time zone',
      order({ body: '{% if name %}{% else %}{{ name | time: "Mars" }}{% endif %}' }),
      ['TEMPLATE_INVALID input.body'],
    ],
    [
      'a range, which takes as much memory as a value says',
      order({
        body: '{% if (1..n) contains 1 %}x{% endif %}{{ n | default: (1..n) }}{% case n %}{% when (1..n) %}y{% endcase %}',
        variables: [{ name: 'n', type: 'NUMBER' }],
      }),
      Array.from({ length: 3 }, () => 'TEMPLATE_INVALID input.body'),
    ],
    ['many values', email({ html: '{{ name }}'.repeat(501) }), ['TEMPLATE_INVALID input.html']],
    [
      'long expressions',
      email({ html: `{% if name ${'and name '.repeat(1_200)}%}x{% endif %}` }),
      ['TEMPLATE_INVALID input.html'],
    ],
    ['what becomes very long', email({ body: '{{ name | url_encode }}'.repeat(400) }), ['TEMPLATE_INVALID input.body']],
    [
      'deep nesting',
      order({ body: `${'{% if name %}'.repeat(40)}x${'{% endif %}'.repeat(40)}` }),
      ['TEMPLATE_INVALID input.body'],
    ],
    [
      'very deep nesting',
      email({ html: `${'{% if name %}'.repeat(250)}x${'{% endif %}'.repeat(250)}` }),
      ['TEMPLATE_INVALID input.html'],
    ],
    [
      'variables that are not declared',
      email({ subject: '{{ nmae }}', body: '{{ a }} {% if b %}{{ c | default: d }}{% endif %}' }),
      ['VARIABLE_UNKNOWN input.subject', ...Array.from({ length: 4 }, () => 'VARIABLE_UNKNOWN input.body')],
    ],
    ['what Liquid itself offers', order({ body: '{{ constructor }}' }), ['VARIABLE_UNKNOWN input.body']],
    ['no name of a variable', order({ variables: [{ name: 'a b' }] }), ['INVALID_FORMAT input.variables.0.name']],
    ['a word of Liquid', order({ variables: [{ name: 'nil' }] }), ['INVALID_FORMAT input.variables.0.name']],
    ['one name twice', order({ variables: [{ name: 'a' }, { name: 'a' }] }), ['INVALID_FORMAT input.variables.1.name']],
    [
      'many variables',
      order({ variables: Array.from({ length: 51 }, (_, i) => ({ name: `v${i}` })) }),
      ['TOO_LONG input.variables'],
    ],
    ['a code', order({ variables: [{ name: 'code' }] }), ['NOT_ALLOWED input.variables.0.name']],
    ['what Atrium does not give', order({ operation: 'WELCOME' }), ['VARIABLE_UNKNOWN input.variables.1.name']],
    [
      'what Atrium gives as another type',
      order({ operation: 'LOGIN_CODE', body: '{{ code }}', variables: [{ name: 'code' }, { name: 'minutes' }] }),
      ['TEMPLATE_INVALID input.variables.1.type'],
    ],
    [
      'a code that is not shown',
      order({ operation: 'LOGIN_CODE', body: 'Hello', variables: null }),
      ['TEMPLATE_INVALID input.body'],
    ],
  ];
  test.each(cases)('%s', async (_, input, expected) => {
    const { template, userErrors } = await upsert(input);
    expect(complaints(userErrors)).toEqual(expected);
    expect(template).toBeNull();
    for (const { message } of userErrors) expect(message.length).toBeLessThan(250);
  });

  test('with its line and column, and what to do; nothing of the text is quoted', async () => {
    const { userErrors } = await upsert(order({ body: 'Hello {{ name }}\n\n and {% canary name %}' }));
    expect(userErrors[0].message).toBe(
      'Line 3, column 6: this tag is not allowed, or not here. Allowed are if, endif, unless, endunless, case, endcase, elsif, else, when.',
    );
    const other = await upsert(order({ body: 'Hello\n {{ canary }}{{ name | upcase }}' }));
    expect(other.userErrors[0].message).toBe(
      'Line 2, column 5: this variable is not among the declared ones. Add it to variables.',
    );
  });

  test('when there are as many as may be, another one is refused, and a new version is not', async () => {
    const count = (await list()).length;
    await messaging.restart({ TEMPLATES_MAX: String(count) });
    expect(complaints((await upsert(order({ operation: 'ONE_MORE' }))).userErrors)).toEqual(['NOT_ALLOWED input']);
    expect((await upsert(order({ body: 'Another text', variables: [] }))).userErrors).toEqual([]);
    await messaging.restart();
  });
});

describe('values of a type', () => {
  const variables = [
    { name: 'text' },
    { name: 'count', type: 'NUMBER' },
    { name: 'gift', type: 'BOOLEAN' },
    { name: 'at', type: 'DATE_TIME' },
    { name: 'link', type: 'URL' },
    { name: 'note', required: false },
  ];
  const good = {
    text: '{{ count }}{% if gift %}',
    count: 1_234,
    gift: false,
    at: '2026-11-24T23:30:00+01:00',
    link: 'https://example.com/a b?"<>',
  };
  beforeAll(async () => {
    const body =
      '{{ text }}|{{ count | number }}|{% if gift %}gift{% else %}none{% endif %}|{{ at | date: "short" }}|{{ link }}|{{ note }}';
    expect((await upsert(order({ operation: 'TYPED', locale: 'en-GB', body, variables }))).userErrors).toEqual([]);
  });

  test('are written as the language does, and a text is no template', async () => {
    const user = messaging.profile.addUser({ locale: 'en-GB' });
    expect((await send({ userId: user.userId, operation: 'TYPED', variables: good })).userErrors).toEqual([]);
    expect((await messaging.arrival(user.phoneNumber ?? '')).body).toBe(
      '{{ count }}{% if gift %}|1,234|none|24/11/2026|https://example.com/a%20b?%22%3C%3E|',
    );
  });

  const wrong: [object, string[]][] = [
    [{ text: 7 }, ['INVALID_FORMAT input.variables.text']],
    [{ count: '7' }, ['INVALID_FORMAT input.variables.count']],
    [{ gift: 'yes' }, ['INVALID_FORMAT input.variables.gift']],
    [{ at: '24 November' }, ['INVALID_FORMAT input.variables.at']],
    [{ at: '2026-02-30T00:00:00Z' }, ['INVALID_FORMAT input.variables.at']],
    [{ link: 'http://example.com' }, ['INVALID_FORMAT input.variables.link']],
    [{ link: 'javascript:alert(1)' }, ['INVALID_FORMAT input.variables.link']],
    [{ link: 'https://a:b@example.com' }, ['INVALID_FORMAT input.variables.link']],
    [{ link: `https://example.com/${'é'.repeat(400)}` }, ['INVALID_FORMAT input.variables.link']],
    [
      { text: '', count: null, odd: 1 },
      ['VARIABLE_UNKNOWN input.variables.odd', 'VARIABLE_MISSING input.variables.text'],
    ],
  ];
  test.each(wrong)('of another type are told (%#)', async (over, expected) => {
    const { userId } = messaging.profile.addUser({ locale: 'en-GB' });
    const { count, ...rest } = { ...good, ...over } as Record<string, unknown>;
    const given = count === null ? { ...rest, count: 1 } : { ...rest, count };
    expect(complaints((await send({ userId, operation: 'TYPED', variables: given })).userErrors)).toEqual(expected);
    const { body, userErrors } = await preview({
      operation: 'TYPED',
      channel: 'SMS',
      locale: 'en-GB',
      variables: given,
    });
    expect(body).toBeNull();
    expect(complaints(userErrors)).toEqual(expected.map((complaint) => complaint.replace('input.', '')));
  });
});

test('an SMS that would take too many segments is not sent, and says so', async () => {
  await messaging.restart({ SMS_MAX_SEGMENTS: '2' });
  const { userId } = messaging.profile.addUser();
  const sized = (length: number) => ({
    userId,
    operation: 'WELCOME',
    channel: 'SMS',
    variables: { name: 'x'.repeat(length) },
  });
  expect((await send(sized(200))).userErrors).toEqual([]);
  const { userErrors } = await send(sized(300));
  expect(complaints(userErrors)).toEqual(['TOO_LONG input.variables']);
  expect(userErrors[0].message).toContain('3 segments');
  await messaging.restart();
});

describe('a preview', () => {
  test('shows the language that is fallen back to, and what an SMS takes', async () => {
    await upsert(
      order({ operation: 'PREVIEWED', locale: 'pt', body: 'Olá {{ name }}, o pedido {{ orderNumber }} saiu.' }),
    );
    await upsert(order({ operation: 'PREVIEWED', locale: 'en', body: 'Hello' }));
    const wanted = { operation: 'PREVIEWED', channel: 'SMS', locale: 'pt-BR' };
    expect(await preview({ ...wanted, variables: { name: 'Zoé', orderNumber: '€'.repeat(70) } })).toMatchObject({
      body: `Olá Zoé, o pedido ${'€'.repeat(70)} saiu.`,
      locale: 'pt',
      version: 1,
      segments: 2,
      encoding: 'UCS_2',
      subject: null,
      html: null,
    });
    expect(await preview({ ...wanted, locale: 'de' })).toMatchObject({ locale: 'en', segments: 1, encoding: 'GSM_7' });
  });

  test('makes up what is required and was left out, a code too', async () => {
    const { body, userErrors } = await preview({ operation: 'PHONE_VERIFICATION', channel: 'SMS', locale: 'en-IN' });
    expect(userErrors).toEqual([]);
    expect(body).toBe('482913 is your Atrium code. It works for 10 minutes. Never share it with anyone.');
  });

  test('of an e-mail has its parts, in the direction of the language', async () => {
    const shown = await preview({
      operation: 'WELCOME',
      channel: 'EMAIL',
      locale: 'ar-EG',
      variables: { name: '<ليلى>' },
    });
    expect(shown).toMatchObject({
      subject: 'أهلًا بك في Atrium يا <ليلى>',
      locale: 'ar',
      segments: null,
      encoding: null,
    });
    expect(shown.html).toContain('<html lang="ar" dir="rtl">');
    expect(shown.html).toContain('مرحبًا &lt;ليلى&gt;،');
  });

  test('says what it cannot show', async () => {
    const cases: [object, string[]][] = [
      [{ operation: '', channel: 'SMS' }, ['REQUIRED operation']],
      [{ operation: 'NO_SUCH', channel: 'SMS' }, ['TEMPLATE_UNKNOWN operation']],
      [{ operation: 'a\u0000', channel: 'SMS' }, ['TEMPLATE_UNKNOWN operation']],
      [{ operation: 'PREVIEWED', channel: 'EMAIL' }, ['TEMPLATE_UNKNOWN operation']],
      [{ operation: 'WELCOME', channel: 'SMS', locale: '!' }, ['LOCALE_INVALID locale']],
      [{ operation: 'WELCOME', channel: 'SMS', variables: 7 }, ['INVALID_FORMAT variables']],
    ];
    for (const [variables, expected] of cases) {
      expect(complaints((await preview(variables)).userErrors)).toEqual(expected);
    }
  });
});

describe('the list of templates', () => {
  test('has all that count, in order, and any part of them', async () => {
    const shipped = await list('(operation: "WELCOME")');
    expect(shipped.map(({ locale }) => locale)).toEqual(['ar', 'en', 'es', 'hi', 'ar', 'en', 'es', 'hi']);
    expect(await list('(operation: "WELCOME", channel: EMAIL, locale: "HI")')).toHaveLength(1);
    expect(await list('(operation: "WELCOME", locale: "hi-IN")')).toEqual([]);
    expect(await list('(locale: "no language")')).toEqual([]);
    expect(await versions('no operation', 'SMS', 'en')).toEqual([]);
  });
});

test('without messaging:templates nobody sees or changes any', async () => {
  const key = { operation: 'WELCOME', channel: 'SMS', locale: 'en' };
  const asked: [string, object][] = [
    ['{ messageTemplates { body } }', {}],
    ['{ messageTemplateVersions(operation: "WELCOME", channel: SMS, locale: "en") { body } }', {}],
    [previewQuery, key],
    [upsertMutation, { input: { ...key, body: 'x' } }],
    [deleteMutation, { input: key }],
  ];
  for (const [query, variables] of asked) {
    const { data, errors } = await messaging.ask(query, variables, {
      scopes: ['messaging:send-any', 'messaging:read'],
    });
    expect(Object.values(data)).toEqual([null]);
    expect(errors[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  }
});

describe('several processes', () => {
  let other: Messaging;
  beforeAll(async () => {
    other = await startMessaging(readConfig(messaging.environment));
  });
  afterAll(() => other.close());

  async function previewAt(url: string): Promise<string | null> {
    const token = await messaging.issuers.gateway.clientToken({ clientId: 'test-client', scopes }, 'messaging');
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ previewMessage(operation: "TOLD", channel: SMS) { body } }' }),
    });
    const { data } = (await response.json()) as { data: { previewMessage: { body: string | null } } };
    return data.previewMessage.body;
  }

  async function followsWithinASecond(body: string): Promise<void> {
    await upsert(order({ operation: 'TOLD', body, variables: [] }));
    expect(await previewAt(messaging.url())).toBe(body);
    await waitFor(`${body} in the other process`, async () => (await previewAt(other.url)) === body, 1_000);
  }

  test('send with a changed text within a second', async () => {
    for (const body of ['One', 'Two', 'Three', 'Four', 'Five']) await followsWithinASecond(body);
  });

  test('when nobody tells them of changes, too', async () => {
    await messaging.database.query('ALTER TABLE message_templates DISABLE TRIGGER message_templates_changed');
    for (const body of ['Six', 'Seven']) await followsWithinASecond(body);
    expect(await remove({ operation: 'TOLD', channel: 'SMS', locale: 'en' })).toEqual([]);
    await waitFor('the end of the text', async () => (await previewAt(other.url)) === null, 1_000);
    await messaging.database.query('ALTER TABLE message_templates ENABLE TRIGGER message_templates_changed');
  });

  test('when their connection was lost, too', async () => {
    const { database } = messaging;
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'atrium-messaging-templates' AND datname = current_database()`;
    expect((await database.query(kill)).length).toBeGreaterThanOrEqual(2);
    await followsWithinASecond('Eight');
  });

  test('make messages and codes without reading a template', async () => {
    const { database } = messaging;
    const user = messaging.profile.addUser();
    // Whoever would read one now, fails.
    await waitFor('the memory to be up to date', async () => {
      await list();
      await database.query('ALTER TABLE message_template_versions RENAME TO versions_away');
      const { data } = await messaging.ask('{ messageTemplates { body } }', {}, { scopes });
      if (data.messageTemplates) return true;
      await database.query('ALTER TABLE versions_away RENAME TO message_template_versions');
      return false;
    });
    expect((await send({ userId: user.userId, operation: 'WELCOME' })).userErrors).toEqual([]);
    const input = {
      requestId: newId(),
      userId: newId(),
      phoneNumber: '+919876543210',
      name: 'A',
      country: 'IN',
      clientId: 'c',
    };
    const { data } = await messaging.askAsService(
      `mutation ($inputs: [StartPhoneVerificationInput!]!) { startPhoneVerifications(inputs: $inputs) { rejection codeSentAt } }`,
      { inputs: [input] },
    );
    expect(data.startPhoneVerifications).toEqual([{ rejection: null, codeSentAt: expect.any(String) }]);
    await database.query('ALTER TABLE versions_away RENAME TO message_template_versions');
  });
});

describe('docs/TEMPLATES.md', () => {
  const page = readFileSync(new URL('../../../docs/TEMPLATES.md', import.meta.url), 'utf8');

  test('shows operations that work', async () => {
    const [write = '', look = '', use = ''] = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(
      ([, source = '']) => source,
    );
    expect((await ask(write)).upsertMessageTemplate.userErrors).toEqual([]);
    expect((await ask(write.replace('"en"', '"pt"'))).upsertMessageTemplate.userErrors).toEqual([]);
    expect((await ask(look)).previewMessage).toMatchObject({ locale: 'pt', segments: 1, userErrors: [] });
    const { userId } = messaging.profile.addUser();
    const sent = await ask(use.replace(/userId: "[^"]*"/, `userId: "${userId}"`));
    expect(sent.sendMessage.userErrors).toEqual([]);
  });

  test('names every filter, every tag, and every operation that Atrium comes with', () => {
    const first = [...page.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell);
    const words = first.flatMap((cell) => [...cell.matchAll(/`(\w+)[^`]*`/g)].map(([, word = '']) => word));
    expect(words).toEqual(expect.arrayContaining(Object.keys(templateFilters)));
    expect(words).toEqual(expect.arrayContaining([...shipped.operations.keys()]));
    for (const tag of allowedTags) expect(page).toContain(`\`${tag}\``);
  });
});

describe('the texts that Atrium comes with', () => {
  test('are brought once by services that start at once', async () => {
    await messaging.database.query('TRUNCATE message_templates, message_template_versions');
    const database = openDatabase(messaging.database.url, 8);
    await Promise.all(Array.from({ length: 8 }, () => seedTemplates(database, shipped.texts)));
    await database.$disconnect();
    const [count] = await messaging.database.query<{ all: string; last: number }>(
      'SELECT count(*) AS all, max(version) AS last FROM message_template_versions',
    );
    expect(count).toEqual({ all: String(shipped.texts.length), last: 1 });
  });

  test('follow the release, but not over an operator’s', async () => {
    await upsert({ operation: 'WELCOME', channel: 'SMS', locale: 'es', body: 'Hola {{ name }}' });
    await messaging.database.query(
      `UPDATE message_template_versions SET body = 'of an older release' WHERE shipped AND operation = 'WELCOME' AND channel = 'SMS'`,
    );
    await messaging.restart();
    expect((await list('(operation: "WELCOME", channel: SMS, locale: "en")'))[0]).toMatchObject({ version: 2 });
    expect((await list('(operation: "WELCOME", channel: SMS, locale: "es")'))[0]).toMatchObject({
      version: 2,
      body: 'Hola {{ name }}',
    });
    expect(await remove({ operation: 'WELCOME', channel: 'SMS', locale: 'es' })).toEqual([]);
    expect((await list('(operation: "WELCOME", channel: SMS, locale: "es")'))[0]).toMatchObject({ version: 3 });
  });
});
