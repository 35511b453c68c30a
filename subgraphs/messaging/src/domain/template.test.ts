import { describe, expect, test } from '@jest/globals';
import { canonicalLocale, chooseTemplate, customaryLocale, type TemplateKey } from './template.ts';

describe('the language of a message', () => {
  const locales = ['en', 'hi', 'pt', 'pt-BR', 'zh', 'zh-Hant', 'fr-CA'];
  const templates = locales.map((locale): TemplateKey => ({ operation: 'WELCOME', channel: 'EMAIL', locale }));
  const choose = (locale: string, defaultLocale = 'en', of = templates) =>
    chooseTemplate(of, { operation: 'WELCOME', channel: 'EMAIL', locale, defaultLocale })?.locale;

  test.each([
    ['hi-IN', 'hi'],
    ['hi-Deva-IN', 'hi'],
    ['pt-BR', 'pt-BR'],
    ['pt-br', 'pt-BR'],
    ['pt-PT', 'pt'],
    ['zh-Hant-TW', 'zh-Hant'],
    ['zh-Hans-CN', 'zh'],
    ['zh-Hant-x-private', 'zh-Hant'],
    ['fr', 'en'],
    ['fr-FR', 'en'],
    ['en-GB', 'en'],
  ])('%s is written in %s', (locale, expected) => {
    expect(choose(locale)).toBe(expected);
  });

  test('without a text in it, in the default language, itself looked up, and in English at last', () => {
    expect(choose('fr', 'pt-AO')).toBe('pt');
    expect(choose('fr', 'de')).toBe('en');
    const withoutEnglish = templates.filter(({ locale }) => locale !== 'en');
    expect(choose('fr', 'de', withoutEnglish)).toBeUndefined();
  });

  test('a tag’s single letters go with what follows them', () => {
    const odd = [{ operation: 'WELCOME', channel: 'EMAIL', locale: 'de-x' } as const, ...templates];
    expect(choose('de-x-low', 'en', odd)).toBe('en');
  });

  test('there is no template for an operation or channel that has none', () => {
    const wanted = { operation: 'WELCOME', channel: 'EMAIL', locale: 'en', defaultLocale: 'en' } as const;
    expect(chooseTemplate(templates, { ...wanted, operation: 'OTHER' })).toBeUndefined();
    expect(chooseTemplate(templates, { ...wanted, channel: 'SMS' })).toBeUndefined();
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
