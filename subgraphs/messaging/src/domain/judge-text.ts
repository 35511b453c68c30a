import { type Arguments, analyzeSync, type Filter, LiquidError, type Template, TypeGuards, Value } from 'liquidjs';
import type { TemplateValues } from './render-message.ts';
import { mustTakeArguments, templateFilters } from './template-filters.ts';
import { allowedTags, type Escaping, type ParsedText, parseAnew } from './template-language.ts';

/** What is wrong at a place of a text. The sentence quotes nothing of the text. */
export interface TextFault {
  readonly code: 'TEMPLATE_INVALID' | 'VARIABLE_UNKNOWN';
  readonly message: string;
}

/** A text that may be a template, parsed; or what is wrong with it. */
export type JudgedText = { text: ParsedText } | { faults: TextFault[] };

const maxDepth = 8;
/** More than these are of no help to who mends a text. */
const maxFaults = 20;

/** How many values and tags a text may hold, and how long they may be together, in characters. */
const maxPlaces = 500;
const maxLiquidLength = 10_000;
const crowded = `this text holds more than ${maxPlaces} values and tags, or more than ${maxLiquidLength} characters of them.`;
/** In characters, far more than any e-mail that is read. */
const maxFilledLength = 500_000;
const start: Place = { row: 1, col: 1 };

const tags = [...allowedTags.flatMap((tag) => [tag, `end${tag}`]), 'elsif', 'else', 'when'].join(', ');
const filters = Object.keys(templateFilters).toSorted().join(', ');

/** Judges a text by itself: its syntax, its tags and filters, and whether it names only what is declared. */
export function judgeText(source: string, escaping: Escaping, declared: ReadonlySet<string>): JudgedText {
  if (isCrowded(source)) return { faults: [at(start, 'TEMPLATE_INVALID', crowded)] };
  let text: ParsedText;
  try {
    text = parseAnew(source, escaping);
  } catch (error) {
    return { faults: [explain(error)] };
  }
  const faults = [...nestingFaults(text.nodes, 1), ...expressionFaults(text.nodes)];
  // The analysis walks as deep as the tags nest.
  if (faults.length > 0) return { faults: faults.slice(0, maxFaults) };
  const variables = Object.values(analyzeSync([...text.nodes], { partials: false }).globals).flat();
  for (const { segments, location } of variables) {
    const name = String(segments[0]);
    if (!declared.has(name)) {
      faults.push(
        at(location, 'VARIABLE_UNKNOWN', 'this variable is not among the declared ones. Add it to variables.'),
      );
    } else if (segments.length > 1) {
      faults.push(
        at(location, 'TEMPLATE_INVALID', 'a variable is one value and has no parts. Leave out what follows it.'),
      );
    }
  }
  return faults.length > 0 ? { faults: faults.slice(0, maxFaults) } : { text };
}

/**
 * Fills a text that was judged with each of several sets of values; a fault where that fails, or makes more than anybody
 * reads. Values as long as they may be show that no message will ever fail for its text.
 */
export function tryText(
  text: ParsedText,
  samples: readonly TemplateValues[],
  locale: string,
): { filled: string[] } | { faults: TextFault[] } {
  try {
    const filled = samples.map((values) => text.fill(values, locale));
    if (filled.every(({ length }) => length <= maxFilledLength)) return { filled };
    return {
      faults: [at(start, 'TEMPLATE_INVALID', 'with long values the text becomes too long. Use fewer variables.')],
    };
  } catch (error) {
    const sentence = 'this cannot be filled. Use fewer variables and filters.';
    return { faults: [at(positionOf(error), 'TEMPLATE_INVALID', sentence)] };
  }
}

/** Whether a text holds so much Liquid that judging it would keep others waiting. */
function isCrowded(source: string): boolean {
  const pieces = source.split(/\{[{%]/).slice(1);
  const lengths = pieces.map((piece) => piece.split(/[}%]\}/, 1)[0]?.length ?? 0);
  return lengths.length > maxPlaces || lengths.reduce((sum, length) => sum + length, 0) > maxLiquidLength;
}

function* nestingFaults(nodes: readonly Template[], depth: number): Generator<TextFault> {
  for (const node of nodes) {
    const inner = childrenOf(node);
    if (inner.length === 0) continue;
    if (depth <= maxDepth) yield* nestingFaults(inner, depth + 1);
    else yield at(placeOf(node), 'TEMPLATE_INVALID', `tags stand within each other more than ${maxDepth} deep here.`);
  }
}

function* expressionFaults(nodes: readonly Template[]): Generator<TextFault> {
  for (const node of nodes) {
    for (const argument of node.arguments?.() ?? []) {
      const { tokens, filters } = partsOf(argument);
      if (tokens.some(TypeGuards.isRangeToken)) yield at(placeOf(node), 'TEMPLATE_INVALID', noRanges);
      if (!filters.every(takesArguments)) yield at(placeOf(node), 'TEMPLATE_INVALID', badArguments);
    }
    yield* expressionFaults(childrenOf(node));
  }
}

function partsOf(argument: Argument): { tokens: unknown[]; filters: Filter[] } {
  if (!(argument instanceof Value)) return { tokens: [argument], filters: [] };
  const { initial, filters } = argument;
  return { tokens: [...initial.postfix, ...filters.flatMap(({ args }) => args.flat())], filters };
}

/** A list made of a range takes as much memory as the value at its end says. */
const noRanges = 'a range such as (1..9) has no use here. Compare with <, >, == and !=.';

const badArguments =
  'date takes "short", "medium", "long" or "full" and a time zone such as "Asia/Kolkata", time takes a time zone. Write them out, in quotes.';

function takesArguments({ name, args }: Filter): boolean {
  try {
    mustTakeArguments(
      name,
      args.map((arg) => (TypeGuards.isQuotedToken(arg) ? arg.content : null)),
    );
    return true;
  } catch {
    return false;
  }
}

function childrenOf(node: Template): Template[] {
  // Without partials it yields nothing before it returns.
  return (node.children?.(false, true).next().value as Template[] | undefined) ?? [];
}

/** Liquid's reasons in our words, which quote nothing. */
function explain(error: unknown): TextFault {
  const reason = error instanceof Error ? error.message : '';
  const [
    ,
    sentence = 'this is not Liquid. Write {{ name }} for a value, and {% if name %} … {% endif %} for a condition.',
  ] = reasons.find(([form]) => form.test(reason)) ?? [];
  return at(positionOf(error), 'TEMPLATE_INVALID', sentence);
}

const reasons: [RegExp, string][] = [
  [/^tag \{%.* not closed/s, 'this tag has no end. Close it with {% endif %}, {% endunless %} or {% endcase %}.'],
  [/ not closed/, 'this has no end. Close {{ with }} and {% with %}.'],
  [/^tag .* not found/s, `this tag is not allowed, or not here. Allowed are ${tags}.`],
  [/call stack/, 'tags stand within each other too deep here.'],
  [/^undefined filter/, `this filter is not allowed. Allowed are ${filters}.`],
];

type Argument = Arguments extends Iterable<infer Each> ? Each : never;
type Place = { row: number; col: number };

function positionOf(error: unknown): Place {
  const [row = 1, col = 1] = LiquidError.is(error) ? error.token.getPosition() : [];
  return { row, col };
}

function placeOf(node: Template): Place {
  const [row = 1, col = 1] = node.token.getPosition();
  return { row, col };
}

function at({ row, col }: Place, code: TextFault['code'], sentence: string): TextFault {
  return { code, message: `Line ${row}, column ${col}: ${sentence}` };
}
