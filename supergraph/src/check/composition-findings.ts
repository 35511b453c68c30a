import type { Hint } from '../compose.ts';
import type { CompositionFault } from '../faults.ts';
import type { Finding } from '../findings/finding.ts';

/** The faults of a graph that does not compose. */
export function faultFindings({ faults }: CompositionFault): Finding[] {
  return faults.map(({ file, line, column, code, message }) => ({
    rule: code ?? 'COMPOSITION_FAILED',
    severity: 'error',
    verdict: 'breaking',
    message,
    place: { file, line, column },
  }));
}

/** What composition noticed without refusing it. */
export function hintFindings(hints: readonly Hint[]): Finding[] {
  return hints.map(({ file, line, column, code, message, level }) => ({
    rule: code ?? 'HINT',
    severity: level,
    message,
    place: { file, line, column },
  }));
}
