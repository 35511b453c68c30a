import type { MessageChannel } from './message.ts';

/** A variable that a template names. */
export interface TemplateVariable {
  readonly name: string;
  readonly required: boolean;
}

/** The text of one operation for one channel in one language, in Liquid. */
export interface MessageTemplate {
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly locale: string;
  /** E-mail only. */
  readonly subject: string | null;
  readonly body: string;
  /** E-mail only. */
  readonly html: string | null;
  readonly variables: readonly TemplateVariable[];
  readonly carriesCode: boolean;
}

/** Whether a text can name an operation: `PHONE_VERIFICATION`. What cannot, names none. */
export function isOperation(text: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,99}$/.test(text);
}

/** The language of last resort; every operation has it. */
const lastResort = 'en';

/** What people of a country expect where it is not the language that most of them speak. */
const customaryLanguages: Record<string, string> = { IN: 'en' };

/** The language to write in when a person has not chosen one: their country's custom. */
export function customaryLocale(country: string): string {
  return customaryLanguages[country] ?? new Intl.Locale(`und-${country}`).maximize().language;
}

/**
 * The template in the language asked for, else in one that is more general (RFC 4647, Lookup: `hi-Deva-IN`, `hi-Deva`,
 * `hi`), else in English.
 */
export function chooseTemplate(
  templates: readonly MessageTemplate[],
  wanted: { operation: string; channel: MessageChannel; locale: string },
): MessageTemplate | undefined {
  const candidates = templates.filter(
    ({ operation, channel }) => operation === wanted.operation && channel === wanted.channel,
  );
  for (const locale of [...lookup(wanted.locale), lastResort]) {
    const found = candidates.find((template) => template.locale.toLowerCase() === locale.toLowerCase());
    if (found) return found;
  }
  return undefined;
}

function lookup(locale: string): string[] {
  const subtags = locale.split('-');
  return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join('-'));
}

/** A language tag in its canonical form, or undefined where it is none. */
export function canonicalLocale(locale: string): string | undefined {
  if (locale.length > 35) return undefined;
  try {
    return Intl.getCanonicalLocales(locale)[0];
  } catch {
    return undefined;
  }
}
