import type { Finding } from '../../findings/finding.ts';
import type { RevisedSubgraph } from '../../revision/revision.ts';
import { FederationReader } from './federation-directive.ts';

const removals = new Set([
  'field-removed',
  'type-removed',
  'argument-removed',
  'input-field-removed',
  'enum-value-removed',
  'enum-value-retired',
]);

/** To clients, what becomes `@inaccessible` is removed; who reads the finding should hear the reason. */
export function nameInaccessible(findings: readonly Finding[], subgraphs: readonly RevisedSubgraph[]): Finding[] {
  const readers = subgraphs.map((subgraph) => new FederationReader(subgraph));
  return findings.map((finding): Finding => {
    const { rule, subject } = finding;
    if (!subject || !removals.has(rule)) return finding;
    const hidden = readers.some((reader) => reader.hasAtOrAbove(subject, 'inaccessible'));
    if (!hidden) return finding;
    const message = `'${subject}' became @inaccessible, which removes it from the public schema: ${finding.message}`;
    return { ...finding, rule: 'made-inaccessible', message };
  });
}
