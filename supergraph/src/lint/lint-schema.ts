import { type DefinitionNode, type DocumentNode, Kind } from 'graphql';
import type { SubgraphSource } from '../configuration.ts';
import type { Finding } from '../findings/finding.ts';
import { argumentsOf, federationNames } from '../linked-directive.ts';
import { parseFile } from '../parse-file.ts';
import { elementPlace } from '../revision/schema-elements.ts';
import { elementsOf, type LintedElement } from './element.ts';
import type { LintContext, LintRule } from './rule.ts';
import { rules } from './rules/index.ts';
import { type Switch, switchesAbove } from './switches.ts';

/** What the rules have against a subgraph's schema on this day, `2026-11-24`; a CompositionFault where it cannot be parsed. */
export function lintSchema({ sdl, file }: Pick<SubgraphSource, 'sdl' | 'file'>, today: string): Finding[] {
  const document = parseFile(file, sdl);
  const elements = elementsOf(document.definitions);
  const context = createContext(document, elements, today);
  const switches = new Map(elements.map((element) => [element, switchesAbove(element)]));
  const used = new Set<Switch>();
  const findings = elements.flatMap((element) =>
    rules.flatMap((rule): Finding[] => {
      if (!rule.internalToo && context.isInternal(element)) return [];
      const message = rule.judge(element, context);
      if (message === undefined) return [];
      const off = [element, ...element.within]
        .flatMap((each) => switches.get(each) ?? [])
        .find((each) => each.reason && each.rules.includes(rule.id));
      if (!off) return [toFinding(rule, element, message)];
      used.add(off);
      return [];
    }),
  );
  return [...findings, ...[...switches.values()].flat().flatMap((each) => judgeSwitch(each, used.has(each)))];
}

function toFinding({ id, why }: LintRule, element: LintedElement, message: string): Finding {
  const place = elementPlace(element);
  return { rule: id, severity: 'error', subject: element.coordinate, message, place, remedy: why };
}

function judgeSwitch({ rules: names, reason, place }: Switch, used: boolean): Finding[] {
  const unknown = names.filter((name) => !rules.some(({ id }) => id === name));
  if (names.length === 0 || unknown.length > 0) {
    const message = names.length === 0 ? 'The comment names no rule' : `There is no rule '${unknown.join("', '")}'`;
    return [
      { rule: 'switch-unknown', severity: 'error', message, place, remedy: 'supergraph lint --rules lists them.' },
    ];
  }
  if (!reason) {
    const message = `${names.join(', ')} is switched off without a reason, and so stays on`;
    return [
      { rule: 'switch-without-reason', severity: 'error', message, place, remedy: 'Write why: # lint-off rule: why' },
    ];
  }
  if (used) return [];
  const message = `${names.join(', ')} is switched off where it finds nothing`;
  return [{ rule: 'switch-unused', severity: 'warning', message, place, remedy: 'Take the comment out.' }];
}

function createContext(document: DocumentNode, elements: readonly LintedElement[], today: string): LintContext {
  const byCoordinate = new Map(elements.map((element) => [element.coordinate, element]));
  const types = elements.filter(({ kind }) => kind === 'type');
  const federation = federationNames(document);
  // GraphQL's own directives are not federation's to rename.
  const nameOf = (directive: string): string => (directive === 'deprecated' ? directive : federation(directive));
  const uses = (element: LintedElement, directive: string): Record<string, unknown>[] =>
    element.directives.filter(({ name }) => name.value === nameOf(directive)).map(argumentsOf);
  const has = (element: LintedElement, directive: string): boolean => uses(element, directive).length > 0;
  return {
    entities: new Set(types.filter((type) => has(type, 'key')).map(({ name }) => name)),
    objects: new Set(types.filter(({ node }) => node.kind.startsWith('ObjectType')).map(({ name }) => name)),
    roots: rootsOf(document.definitions),
    find: (coordinate) => byCoordinate.get(coordinate),
    has,
    uses,
    isInternal: (element) => [element, ...element.within].some((each) => has(each, 'inaccessible')),
    today,
  };
}

function rootsOf(definitions: readonly DefinitionNode[]): LintContext['roots'] {
  const roots = { query: 'Query', mutation: 'Mutation' };
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const { operation, type } of definition.operationTypes ?? []) {
      if (operation !== 'subscription') roots[operation] = type.name.value;
    }
  }
  return roots;
}
