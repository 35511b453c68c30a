import type { MessageChannel } from './message.ts';

/** What a variable may hold. DATE_TIME is RFC 3339, URL begins with https://. */
export type TemplateVariableType = 'STRING' | 'NUMBER' | 'BOOLEAN' | 'DATE_TIME' | 'URL';

/** A variable that a template names. */
export interface TemplateVariable {
  readonly name: string;
  readonly type: TemplateVariableType;
  readonly required: boolean;
}

/** The text of one operation for one channel in one language, in Liquid. */
export interface TemplateText {
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly locale: string;
  /** E-mail only. */
  readonly subject: string | null;
  readonly body: string;
  /** E-mail only; where it is null, the HTML part is made from the body. */
  readonly html: string | null;
  readonly variables: readonly TemplateVariable[];
  readonly carriesCode: boolean;
}

/** A text as it is kept: it never changes, a change is a further version. */
export interface MessageTemplate extends TemplateText {
  readonly version: number;
  /** Whether the service came with it, rather than an operator. */
  readonly shipped: boolean;
  readonly updatedAt: Date;
}

/** Which template of all there are. */
export type TemplateKey = Pick<TemplateText, 'operation' | 'channel' | 'locale'>;

/** An operation that Atrium itself sends: the variables that it gives to the template, and no others. */
export interface OwnOperation {
  readonly variables: readonly TemplateVariable[];
  readonly carriesCode: boolean;
}

/** Whether a text can name an operation: `PHONE_VERIFICATION`. What cannot, names none. */
export function isOperation(text: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,99}$/.test(text);
}

/** Whether a text can name a variable: `orderNumber`. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z]\w{0,99}$/.test(text);
}

/** How many variables a template may declare, and a message be given. */
export const maxVariables = 50;

/** What people of a country expect where it is not the language that most of them speak. */
const customaryLanguages: Record<string, string> = { IN: 'en' };

/** The language to write in when a person has not chosen one: their country's custom. */
export function customaryLocale(country: string): string {
  return customaryLanguages[country] ?? new Intl.Locale(`und-${country}`).maximize().language;
}

/** Every operation that the service comes with has it. */
const lastResort = 'en';

/**
 * The template in the language asked for, else in one that is more general (RFC 4647, Lookup: `zh-Hant-TW`, `zh-Hant`,
 * `zh`), else in the default language, looked up likewise, else in English.
 */
export function chooseTemplate<T extends TemplateKey>(
  templates: readonly T[],
  wanted: TemplateKey & { defaultLocale: string },
): T | undefined {
  const candidates = templates.filter(
    ({ operation, channel }) => operation === wanted.operation && channel === wanted.channel,
  );
  for (const locale of [...lookup(wanted.locale), ...lookup(wanted.defaultLocale), lastResort]) {
    const found = candidates.find((template) => template.locale.toLowerCase() === locale.toLowerCase());
    if (found) return found;
  }
  return undefined;
}

function lookup(locale: string): string[] {
  const subtags = locale.split('-');
  return (
    subtags
      .map((_, index) => subtags.slice(0, subtags.length - index))
      // RFC 4647, section 3.4: a single letter introduces what follows it, and goes with it.
      .filter((range) => range.length === 1 || (range.at(-1)?.length ?? 0) > 1)
      .map((range) => range.join('-'))
  );
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
