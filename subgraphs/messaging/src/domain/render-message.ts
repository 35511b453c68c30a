import { layOutEmail } from './email-layout.ts';
import { inOneLine } from './one-line.ts';
import type { TemplateText } from './template.ts';
import { parseText } from './template-language.ts';

/** The texts of a message, filled. */
export interface RenderedMessage {
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
}

/** Values by variable name. */
export type TemplateValues = Readonly<Record<string, string | number | boolean>>;

/**
 * Fills a template. Values are text, never a template; they are escaped for where they stand: HTML in the html part;
 * nowhere do they bring line breaks, other controls, or a change of direction.
 */
export function renderMessage(
  template: Pick<TemplateText, 'locale' | 'channel' | 'subject' | 'body' | 'html' | 'variables'>,
  values: TemplateValues,
): RenderedMessage {
  const { locale } = template;
  // An optional variable is known to the template even when nobody gave it a value, and is then as good as false.
  const safe = Object.fromEntries(template.variables.map(({ name }) => [name, toSafe(values[name])]));
  const subject = template.subject === null ? null : inOneLine(parseText(template.subject, 'plain').fill(safe, locale));
  const body = withoutControls(parseText(template.body, 'plain').fill(safe, locale));
  if (template.channel === 'SMS') return { subject, body, html: null };
  const html =
    template.html === null
      ? layOutEmail(body, { locale, subject: subject ?? '' })
      : parseText(template.html, 'html').fill(safe, locale).trim();
  return { subject, body, html };
}

/** A text in Liquid can write a control by its number; none leaves. */
function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '').trim();
}

function toSafe(value: string | number | boolean | undefined): string | number | boolean | null {
  if (typeof value !== 'string') return value ?? null;
  const text = inOneLine(value);
  return text === '' ? null : text;
}
