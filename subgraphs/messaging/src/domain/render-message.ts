import { Liquid, type Template } from 'liquidjs';
import type { MessageTemplate } from './template.ts';

/** The texts of a message, filled. */
export interface RenderedMessage {
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
}

/** Values by variable name. */
export type TemplateValues = Readonly<Record<string, string | number | boolean>>;

const options = {
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  // A template is read from the database; none may take the process's time or memory.
  parseLimit: 100_000,
  renderLimit: 200,
  memoryLimit: 1_000_000,
};
const plain = new Liquid(options);
const hypertext = new Liquid({ ...options, outputEscape: 'escape' });

/** Parsing costs far more than filling, and a batch fills one template a thousand times. */
const parsed = new Map<string, Template[]>();
const maxParsed = 500;

/**
 * Fills a template. Values are escaped for where they stand: HTML in the html part; nowhere do they bring line breaks or
 * other control characters, which would forge a second line of an SMS or a header of an e-mail.
 */
export function renderMessage(template: MessageTemplate, values: TemplateValues): RenderedMessage {
  const safe = Object.fromEntries(
    // Optional variables are known to the template even when nobody gave them a value.
    template.variables.map(({ name }) => [name, inOneLine(values[name] ?? '')]),
  );
  return {
    subject: template.subject === null ? null : inOneLine(fill(plain, template.subject, safe)),
    body: fill(plain, template.body, safe).trim(),
    html: template.html === null ? null : fill(hypertext, template.html, safe).trim(),
  };
}

function fill(engine: Liquid, text: string, values: object): string {
  const key = `${engine === plain ? 'plain' : 'html'} ${text}`;
  const known = parsed.get(key) ?? engine.parse(text);
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(key, known);
  return String(engine.renderSync(known, values));
}

function inOneLine<T extends string | number | boolean>(value: T): T | string {
  return typeof value === 'string' ? value.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim() : value;
}
