import { describe, expect, test } from '@jest/globals';
import { renderMessage } from './render-message.ts';
import type { TemplateText } from './template.ts';

const template = (over: Partial<TemplateText> = {}): TemplateText => ({
  operation: 'WELCOME',
  channel: 'EMAIL',
  locale: 'en',
  subject: 'Hello {{ name }}',
  body: 'Hello {{ name }}{% if team %} of {{ team }}{% endif %}.',
  html: '<p title="{{ name }}">Hello {{ name }}</p>',
  variables: [
    { name: 'name', type: 'STRING', required: true },
    { name: 'team', type: 'STRING', required: false },
  ],
  carriesCode: false,
  ...over,
});
const sms = (body: string): TemplateText => template({ channel: 'SMS', subject: null, html: null, body });

describe('values are text for where they stand', () => {
  const name = `<b onload="x">Asha & 'Rao'</b>`;
  const escaped = '&lt;b onload=&#34;x&#34;&gt;Asha &amp; &#39;Rao&#39;&lt;/b&gt;';

  test('they are escaped in HTML and stand as they are in plain text', () => {
    expect(renderMessage(template(), { name })).toEqual({
      subject: `Hello ${name}`,
      body: `Hello ${name}.`,
      html: `<p title="${escaped}">Hello ${escaped}</p>`,
    });
  });

  test('so they are in the HTML that is made from the body, whose own characters are text as well', () => {
    const { html } = renderMessage(template({ html: null, body: 'You & {{ name }} <3' }), { name });
    expect(html).toContain(`>You &amp; ${escaped} &lt;3</p>`);
    expect(html).toContain(`<title>Hello ${escaped}</title>`);
  });

  test.each([
    '{{ team }}',
    '{{ name | upcase }}',
    '{% raw %}x',
    '{% if true %}x{% endif %}',
    '{{',
    '%}',
    '{{ constructor }}',
  ])('and never a template: %s', (value) => {
    const { subject, body, html } = renderMessage(template(), { name: value, team: 'secret' });
    expect({ subject, body }).toEqual({ subject: `Hello ${value}`, body: `Hello ${value} of secret.` });
    expect(html).toBe(`<p title="${value}">Hello ${value}</p>`);
  });

  const tricks: [string, string, string][] = [
    ['a header', 'Asha\r\nBcc: all@example.com', 'Asha Bcc: all@example.com'],
    ['an encoded line break', 'Asha\u0085\u2028\u2029\u000b\u000cx', 'Asha x'],
    ['a NUL and an escape', 'Asha\u0000\u001b[31m', 'Asha [31m'],
    ['half a character', 'Asha\ud83d', 'Asha'],
    ['a turned direction', 'Asha\u202eoaR\u202c', 'AshaoaR'],
    ['an isolate that never ends', 'Asha\u2067 Rao', 'Asha Rao'],
  ];
  test.each(tricks)('%s is taken out of SMS, subject and both parts', (_, value, left) => {
    expect(renderMessage(sms('Hello {{ name }}!'), { name: value }).body).toBe(`Hello ${left}!`);
    const { subject, body, html } = renderMessage(template({ html: null }), { name: value });
    expect({ subject, body }).toEqual({ subject: `Hello ${left}`, body: `Hello ${left}.` });
    expect(html).toContain(`>Hello ${left}.</p>`);
  });

  test.each(['क्‍ष', 'می‌خواهم', '👩‍👩‍👧‍👦', 'אבג\u200e!'])('what belongs to a name stays: %s', (value) => {
    expect(renderMessage(sms('{{ name }}.'), { name: value }).body).toBe(`${value}.`);
  });

  test('nor does a control that the template itself writes by its number', () => {
    expect(renderMessage(sms('{{ "\\u0007a\\u001b\\ud800b" }}'), {}).body).toBe('ab');
  });

  test('a subject has one line, whatever its template says', () => {
    const { subject } = renderMessage(template({ subject: 'Hello\r\nBcc: {{ name }}' }), { name: 'all@example.com' });
    expect(subject).toBe('Hello Bcc: all@example.com');
  });
});

describe('what a template from the database may do', () => {
  const refusedTexts = [
    '{{ secret }}',
    '{{ name | nosuchfilter }}',
    '{{ name.constructor.name }}',
    '{{ name["__proto__"] }}',
    '{{ name | raw }}',
    '{% for i in (1..9) %}{{ i }}{% endfor %}',
    '{% assign x = name %}{{ x }}',
    '{% capture x %}{% endcapture %}',
    '{% include "/etc/passwd" %}',
    '{% render "x" %}',
    '{% layout "x" %}',
    '{% liquid echo name %}',
    '{% increment x %}',
    '{% if (1..9000000) contains 3 %}x{% endif %}',
  ];
  test.each(refusedTexts)('%s is not filled', (body) => {
    expect(() => renderMessage(sms(body), { name: 'Asha' })).toThrow();
  });

  test('it writes numbers and times as its language does', () => {
    const variables = [
      { name: 'at', type: 'DATE_TIME', required: true },
      { name: 'sum', type: 'NUMBER', required: true },
    ] as const;
    const body =
      '{{ at | date: "long", "Asia/Kolkata" }}, {{ at | time: "Asia/Kolkata" }}, {{ sum | number }}, {{ at | date }}';
    const values = { at: '2026-11-24T20:30:00.000Z', sum: 1234567.5 };
    const write = (locale: string) => renderMessage({ ...sms(body), locale, variables }, values).body;
    expect(write('en-GB')).toBe('25 November 2026, 02:00, 1,234,567.5, 24 November 2026');
    expect(write('es')).toBe('25 de noviembre de 2026, 2:00, 1.234.567,5, 24 de noviembre de 2026');
    expect(write('hi')).toContain('25 नवंबर 2026');
  });

  test('an optional variable that is left out is empty, and false in a condition', () => {
    expect(renderMessage(template(), { name: 'Asha' }).body).toBe('Hello Asha.');
    expect(renderMessage(template(), { name: 'Asha', team: '\u0000' }).body).toBe('Hello Asha.');
    expect(renderMessage(template(), { name: 'Asha', team: 'Pune' }).body).toBe('Hello Asha of Pune.');
  });
});

describe('the HTML that is made from a body', () => {
  test('has a paragraph for each, line breaks within them, and shows a code large', () => {
    const { html } = renderMessage(template({ html: null, body: 'One\ntwo\n\n{{ name }}\n \nThree' }), {
      name: '482913',
    });
    const paragraphs = [...(html?.matchAll(/<p[^>]*>(.*?)<\/p>/gs) ?? [])].map(([, text]) => text);
    expect(paragraphs).toEqual(['One<br>\ntwo', '482913', 'Three']);
    expect(html).toMatch(/font-size: 32px[^>]*>482913</);
  });

  test.each([
    ['ar', 'rtl'],
    ['ar-EG', 'rtl'],
    ['he', 'rtl'],
    ['ur', 'rtl'],
    ['pa-Arab', 'rtl'],
    ['hi', 'ltr'],
    ['en', 'ltr'],
  ])('in %s is written %s', (locale, dir) => {
    const { html } = renderMessage(template({ locale, html: null }), { name: 'Asha' });
    expect(html).toContain(`<html lang="${locale}" dir="${dir}">`);
  });
});
