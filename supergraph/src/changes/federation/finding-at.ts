import type { Finding, Verdict } from '../../findings/finding.ts';
import { severityOf } from '../../findings/finding.ts';
import { elementPlace } from '../../revision/schema-elements.ts';
import type { FederationReader } from './federation-directive.ts';

/** A finding about an element of a subgraph, or about its type where the element is gone. */
export function findingAt(
  rule: string,
  verdict: Verdict,
  coordinate: string,
  { subgraph }: FederationReader,
  message: string,
  more: Pick<Finding, 'affected' | 'remedy'> = {},
): Finding {
  const element = subgraph.elements.get(coordinate) ?? subgraph.elements.get(coordinate.split('.')[0] ?? '');
  const place = element && elementPlace(element);
  return { rule, severity: severityOf[verdict], verdict, subject: coordinate, message, place, ...more };
}
