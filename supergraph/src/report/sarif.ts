import { createHash } from 'node:crypto';
import type { Finding, Place, Report } from '../findings/finding.ts';

/** A report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), which code hosts show beside the lines. */
export function toSarif(report: Report): string {
  const rules = [...new Set(report.findings.map(({ rule }) => rule))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: `atrium supergraph ${report.command}`,
            rules: rules.map((id) => ({ id, shortDescription: { text: id.replaceAll('-', ' ') } })),
          },
        },
        automationDetails: { id: `supergraph/${report.command}/` },
        originalUriBaseIds: { '%SRCROOT%': {} },
        columnKind: 'unicodeCodePoints',
        results: report.findings.map((finding) => toResult(finding, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function toResult(finding: Finding, rules: readonly string[]) {
  const { rule, severity, subject = '', message, place, affected = [], remedy, approval } = finding;
  // A result without a place is shown by no code host, so what stands nowhere is shown where it was configured.
  const at = place ?? affected[0] ?? { file: 'supergraph.yaml', line: 1 };
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: severity,
    message: { text: [subject && `${subject}: `, message, remedy && ` ${remedy}`].filter(Boolean).join('') },
    locations: [toLocation(at)],
    relatedLocations: affected.map((each, id) => ({ id, message: { text: each.name }, ...toLocation(each) })),
    partialFingerprints: { 'subject/v1': createHash('sha256').update(`${rule} ${subject} ${message}`).digest('hex') },
    ...(approval && { suppressions: [{ kind: 'external', justification: approval.reason }] }),
  };
}

function toLocation({ file, line, column }: Place) {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')), uriBaseId: '%SRCROOT%' },
      region: { startLine: line ?? 1, ...(column && { startColumn: column }) },
    },
  };
}
