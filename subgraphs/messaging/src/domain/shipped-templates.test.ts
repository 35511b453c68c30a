import { describe, expect, test } from '@jest/globals';
import { readTemplateFiles } from '../providers/template-files.ts';
import { readTemplate } from './read-template-input.ts';
import { renderMessage } from './render-message.ts';
import { measureSms } from './sms-segments.ts';
import type { TemplateText } from './template.ts';

const { operations, texts } = readTemplateFiles(new URL('../../templates/', import.meta.url).pathname);

const shortNames: Record<string, string> = { en: 'Asha Rao', hi: 'आशा राव', es: 'Lucía Fernández', ar: 'ليلى حسن' };
const longNames: Record<string, string> = {
  en: 'Alexandra Featherstonehaugh',
  hi: 'आशालता वेंकटरमणन अय्यर',
  es: 'María del Carmen Fernández',
  ar: 'عبد الرحمن بن عبد العزيز',
};
const render = (text: TemplateText, names = shortNames, minutes = 10) =>
  renderMessage(text, { name: names[text.locale] ?? '', code: '482913', minutes });

test('every operation that Atrium comes with is there for both channels in four languages', () => {
  expect([...operations.keys()]).toEqual(
    expect.arrayContaining(['ACCOUNT_DELETED', 'LOGIN_CODE', 'PHONE_CHANGED', 'PHONE_VERIFICATION', 'WELCOME']),
  );
  const expected = [...operations.keys()].flatMap((operation) =>
    ['EMAIL', 'SMS'].flatMap((channel) =>
      ['ar', 'en', 'es', 'hi'].map((locale) => `${operation} ${channel} ${locale}`),
    ),
  );
  const found = texts.map(({ operation, channel, locale }) => `${operation} ${channel} ${locale}`);
  expect(found.toSorted()).toEqual(expected.toSorted());
});

test('those that have a code carry one', () => {
  for (const [name, { carriesCode, variables }] of operations) {
    expect([name, carriesCode]).toEqual([name, variables.some((variable) => variable.name === 'code')]);
  }
});

test('each would be taken from an operator as well', () => {
  for (const { operation, channel, locale, subject, body, html, variables } of texts) {
    readTemplate({ operation, channel, locale, subject, body, html, variables }, operations);
  }
});

describe('an SMS', () => {
  const sms = texts.filter(({ channel }) => channel === 'SMS');

  test.each(sms)('$operation in $locale takes no more than two segments, whatever the name', (text) => {
    const sizes = [shortNames, longNames].map((names) => measureSms(render(text, names).body));
    const said = sizes.map(({ segments, encoding, units }) => `${segments} (${encoding}, ${units} units)`);
    process.stdout.write(`${text.operation} ${text.locale}: segments ${said.join(', with a long name ')}\n`);
    for (const { segments } of sizes) expect(segments).toBeLessThanOrEqual(2);
  });

  test('with a code takes one in every language', () => {
    const codes = sms.filter(({ carriesCode }) => carriesCode);
    for (const text of codes)
      expect([text.operation, text.locale, measureSms(render(text).body).segments]).toEqual([
        text.operation,
        text.locale,
        1,
      ]);
  });
});

test('an e-mail is written in the direction of its language and shows its code large', () => {
  for (const text of texts.filter(({ channel }) => channel === 'EMAIL')) {
    const { html, body, subject } = render(text);
    expect(html).toContain(`<html lang="${text.locale}" dir="${text.locale === 'ar' ? 'rtl' : 'ltr'}">`);
    expect(body).not.toMatch(/[{}]/);
    expect(subject).not.toMatch(/[{}\n]/);
    if (text.carriesCode) expect(html).toMatch(/font-size: 32px[^>]*>482913<\/p>/);
  }
});

test.each([
  [1, 'en', '1 minute.'],
  [10, 'en', '10 minutes.'],
  [1, 'es', '1 minuto.'],
  [1, 'ar', 'دقيقة واحدة.'],
  [2, 'ar', 'دقيقتين.'],
  [5, 'ar', '5 دقائق.'],
  [15, 'ar', '15 دقيقة.'],
])('%i minutes in %s are %s', (minutes, locale, expected) => {
  const text = texts.find(
    (each) => each.operation === 'LOGIN_CODE' && each.channel === 'SMS' && each.locale === locale,
  );
  expect(text && render(text, shortNames, minutes).body).toContain(` ${expected}`);
});
