import { Liquid, type LiquidOptions, type Template } from 'liquidjs';
import { LRUCache } from 'lru-cache';
import { templateFilters } from './template-filters.ts';

/** A text that was parsed. */
export interface ParsedText {
  readonly nodes: readonly Template[];
  fill(values: object, locale: string): string;
}

/** Whether values are escaped for HTML, or stand as they are. */
export type Escaping = 'html' | 'plain';

/**
 * The tags that a template may use; each ends with end and its name. There are no loops and no assignments, so that
 * filling costs what the text is long, and nothing is included from elsewhere.
 */
export const allowedTags = ['if', 'unless', 'case'] as const;

const options: LiquidOptions = {
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  // A template is read from the database; none may take the process's time or memory, whoever wrote it.
  parseLimit: 100_000,
  // Milliseconds by the wall clock, so a busy machine must not meet it: what was judged takes a fraction of one.
  renderLimit: 2_000,
  // Characters that filters touch. judgeText lets nothing pass that could meet it.
  memoryLimit: 2_000_000,
};

const engines: Record<Escaping, Liquid> = {
  plain: strictLiquid(options),
  html: strictLiquid({ ...options, outputEscape: 'escape' }),
};

/** How many parsed texts are kept: more than the languages of any operation that is sent often. */
const maxParsed = 1_000;
/** How long they may be together, in characters. */
const maxParsedLength = 10_000_000;
const bounds = {
  max: maxParsed,
  maxSize: maxParsedLength,
  sizeCalculation: (_: ParsedText, text: string) => text.length,
};

// A text is its own key: whatever changed, from whatever database it came, what is found was made from this very text.
const parsed: Record<Escaping, LRUCache<string, ParsedText>> = {
  plain: new LRUCache(bounds),
  html: new LRUCache(bounds),
};

/** Parses a text, or finds it parsed: parsing costs far more than filling, and a batch fills one template a thousand times. */
export function parseText(text: string, escaping: Escaping): ParsedText {
  const known = parsed[escaping].get(text);
  if (known) return known;
  const fresh = parseAnew(text, escaping);
  parsed[escaping].set(text, fresh);
  return fresh;
}

/** The same for a text that is being judged and may never be kept. Throws LiquidJS's errors. */
export function parseAnew(text: string, escaping: Escaping): ParsedText {
  const engine = engines[escaping];
  const nodes = engine.parse(text);
  return { nodes, fill: (values, locale) => String(engine.renderSync(nodes, values, { globals: { locale } })) };
}

function strictLiquid(given: LiquidOptions): Liquid {
  const engine = new Liquid(given);
  for (const name of Object.keys(engine.tags)) {
    if (!(allowedTags as readonly string[]).includes(name)) delete engine.tags[name];
  }
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  for (const [name, filter] of Object.entries(templateFilters)) engine.registerFilter(name, filter);
  return engine;
}
