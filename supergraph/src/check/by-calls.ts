import { type Finding, severityOf } from '../findings/finding.ts';
import type { Calls } from '../use/read-counts.ts';

const named = /^operation (\S+)/;

/**
 * Weighs findings by how often the operations that they concern were called: what breaks only operations that nobody
 * called in the time of the export breaks nobody who is known.
 */
export function weighByCalls(findings: readonly Finding[], calls: Calls): Finding[] {
  // Names beyond the metrics' bound share one series, so that a name without one may still have been called.
  const unnamed = calls.has('other') ? undefined : 0;
  return findings.map((finding): Finding => {
    const affected = (finding.affected ?? []).map((each) => {
      const name = named.exec(each.name)?.[1];
      return name === undefined ? each : { ...each, calls: calls.get(name) ?? unnamed };
    });
    const idle = affected.length > 0 && affected.every((each) => each.calls === 0);
    if (finding.verdict !== 'breaking' || !idle) return { ...finding, affected };
    const message = `${finding.message}; none of these operations was called in the time of the counts`;
    return { ...finding, verdict: 'unused', severity: severityOf.unused, affected, message };
  });
}

/** Series that stand for more than one operation. */
const shared = new Set(['other', 'anonymous']);

/** The operations that are called and stand in no file: whether a change breaks them cannot be said. */
export function strangers(operationNames: readonly string[], calls: Calls): Finding[] {
  const known = new Set(operationNames);
  const unknown = [...calls].filter(([name, count]) => count > 0 && !known.has(name) && !shared.has(name));
  return unknown.map(([name, count]) => ({
    rule: 'operation-unknown',
    severity: 'note',
    subject: name,
    message: `Operation '${name}' was called ${count} times and stands in no file: nobody can say what breaks it`,
    remedy: 'Add its document to the operations, or the manifest of its client.',
  }));
}
