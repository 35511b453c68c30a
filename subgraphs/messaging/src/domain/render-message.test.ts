import { describe, expect, test } from '@jest/globals';
import { renderMessage } from './render-message.ts';
import { canonicalLocale, chooseTemplate, customaryLocale, type MessageTemplate } from './template.ts';

const template = (over: Partial<MessageTemplate> = {}): MessageTemplate => ({
  operation: 'WELCOME',
  channel: 'EMAIL',
  locale: 'en',
  subject: 'Hello {{ name }}',
  body: 'Hello {{ name }}{% if team != "" %} of {{ team }}{% endif %}.',
  html: '<p>Hello {{ name }}</p>',
  variables: [
    { name: 'name', required: true },
    { name: 'team', required: false },
  ],
  carriesCode: false,
  ...over,
});

describe('renderMessage', () => {
  test('values are escaped in HTML and stand as they are in plain text', () => {
    const name = `<b onload="x">Asha & 'Rao'</b>`;
    expect(renderMessage(template(), { name })).toEqual({
      subject: `Hello ${name}`,
      body: `Hello ${name}.`,
      html: '<p>Hello &lt;b onload=&#34;x&#34;&gt;Asha &amp; &#39;Rao&#39;&lt;/b&gt;</p>',
    });
  });

  test('a value cannot bring a line of its own, nor a header', () => {
    const { subject, body } = renderMessage(template(), { name: 'Asha\r\nBcc: all@example.com\u0000\u2028x' });
    expect(subject).toBe('Hello Asha Bcc: all@example.com x');
    expect(body).toBe('Hello Asha Bcc: all@example.com x.');
  });

  test('a value is text and never a template', () => {
    expect(renderMessage(template(), { name: '{{ name | upcase }}{% raw %}' }).body).toBe(
      'Hello {{ name | upcase }}{% raw %}.',
    );
  });

  test('a template that names what it does not declare is refused', () => {
    expect(() => renderMessage(template({ body: '{{ secret }}' }), { name: 'Asha' })).toThrow();
    expect(() => renderMessage(template({ body: '{{ name | nosuchfilter }}' }), { name: 'Asha' })).toThrow();
    expect(() => renderMessage(template({ body: '{{ name.constructor.name }}' }), { name: 'Asha' })).toThrow();
  });

  test('an optional variable may be left out', () => {
    expect(renderMessage(template(), { name: 'Asha' }).body).toBe('Hello Asha.');
    expect(renderMessage(template(), { name: 'Asha', team: 'Pune' }).body).toBe('Hello Asha of Pune.');
  });
});

describe('the language of a message', () => {
  const templates = [template(), template({ locale: 'hi' }), template({ locale: 'pt-BR' })];
  test.each([
    ['hi-IN', 'hi'],
    ['hi-Deva-IN', 'hi'],
    ['pt-BR', 'pt-BR'],
    ['pt-PT', 'en'],
    ['fr', 'en'],
    ['en-GB', 'en'],
  ])('%s is written in %s', (locale, expected) => {
    expect(chooseTemplate(templates, { operation: 'WELCOME', channel: 'EMAIL', locale })?.locale).toBe(expected);
  });

  test('there is no template for an operation or channel that has none', () => {
    expect(chooseTemplate(templates, { operation: 'OTHER', channel: 'EMAIL', locale: 'en' })).toBeUndefined();
    expect(chooseTemplate(templates, { operation: 'WELCOME', channel: 'SMS', locale: 'en' })).toBeUndefined();
  });

  test('without a choice it follows the country', () => {
    expect(customaryLocale('FR')).toBe('fr');
    expect(customaryLocale('IN')).toBe('en');
    expect(customaryLocale('AQ')).toMatch(/^\w+$/);
  });

  test('what is no language tag has no canonical form', () => {
    expect(canonicalLocale('HI-in')).toBe('hi-IN');
    for (const text of ['', 'x', 'en_GB!', 'e\u0000n', 'a'.repeat(36)]) expect(canonicalLocale(text)).toBeUndefined();
  });
});
