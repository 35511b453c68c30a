import { getLocation, type Token, TokenKind } from 'graphql';
import type { Place } from '../findings/finding.ts';
import type { LintedElement } from './element.ts';

/** A comment that switches rules off for the element below it and for all that is in it. */
export interface Switch {
  rules: readonly string[];
  reason: string;
  place: Place;
}

const form = /^\s*lint-off\b\s*([^:]*):?\s*(.*)$/;

/** The switches that stand right above an element: `# lint-off foreign-id: the owner is gone by then`. */
export function switchesAbove({ node }: LintedElement): Switch[] {
  const found: Switch[] = [];
  for (let token: Token | null | undefined = node.loc?.startToken.prev; token; token = token.prev) {
    if (token.kind !== TokenKind.COMMENT) break;
    const [, rules, reason = ''] = form.exec(token.value) ?? [];
    const source = node.loc?.source;
    if (rules === undefined || !source) continue;
    const names = rules.split(/[\s,]+/).filter(Boolean);
    found.push({
      rules: names,
      reason: reason.trim(),
      place: { file: source.name, ...getLocation(source, token.start) },
    });
  }
  return found;
}
