import { analyzeSync, type Filter, LiquidError, type Template, TypeGuards, Value } from 'liquidjs';
import { mustTakeArguments, templateFilters } from './template-filters.ts';
import { allowedTags, type Escaping, type ParsedText, parseAnew } from './template-language.ts';

/** What is wrong at a place of a text. The sentence quotes nothing of the text. */
export interface TextFault {
  readonly code: 'TEMPLATE_INVALID' | 'VARIABLE_UNKNOWN';
  readonly message: string;
}

/** A text that may be a template: parsed, with the variables that it names; or what is wrong with it. */
export type JudgedText = { text: ParsedText; used: ReadonlySet<string> } | { faults: TextFault[] };

const maxDepth = 8;
/** More than these are of no help to who mends a text. */
const maxFaults = 20;

const tags = [...allowedTags.flatMap((tag) => [tag, `end${tag}`]), 'elsif', 'else', 'when'].join(', ');
const filters = Object.keys(templateFilters).toSorted().join(', ');

/** Judges a text by itself: its syntax, its tags and filters, and whether it names only what is declared. */
export function judgeText(source: string, escaping: Escaping, declared: ReadonlySet<string>): JudgedText {
  let text: ParsedText;
  try {
    text = parseAnew(source, escaping);
  } catch (error) {
    return { faults: [explain(error)] };
  }
  const faults = [...nestingFaults(text.nodes, 1), ...filterFaults(text.nodes)];
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
  if (faults.length > 0) return { faults: faults.slice(0, maxFaults) };
  return { text, used: new Set(variables.map(({ segments }) => String(segments[0]))) };
}

/** Fills a text with samples; a fault where that fails, as it does for a text that takes too much time or memory. */
export function tryText(
  text: ParsedText,
  values: object,
  locale: string,
): { filled: string } | { faults: TextFault[] } {
  try {
    return { filled: text.fill(values, locale) };
  } catch (error) {
    const sentence = 'this cannot be filled. Use variables, texts and numbers only.';
    return { faults: [at(positionOf(error), 'TEMPLATE_INVALID', sentence)] };
  }
}

function* nestingFaults(nodes: readonly Template[], depth: number): Generator<TextFault> {
  for (const node of nodes) {
    const inner = childrenOf(node);
    if (inner.length === 0) continue;
    if (depth <= maxDepth) yield* nestingFaults(inner, depth + 1);
    else yield at(placeOf(node), 'TEMPLATE_INVALID', `tags stand within each other more than ${maxDepth} deep here.`);
  }
}

function* filterFaults(nodes: readonly Template[]): Generator<TextFault> {
  for (const node of nodes) {
    for (const value of node.arguments?.() ?? []) {
      if (!(value instanceof Value)) continue;
      for (const filter of value.filters)
        if (!takesArguments(filter)) yield at(placeOf(node), 'TEMPLATE_INVALID', badArguments);
    }
    yield* filterFaults(childrenOf(node));
  }
}

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
  [/^undefined filter/, `this filter is not allowed. Allowed are ${filters}.`],
];

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
