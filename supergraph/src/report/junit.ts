import { type Finding, formatPlace, isFailure, type Report } from '../findings/finding.ts';
import { escapeXml } from './xml.ts';

/**
 * A report in the JUnit form that CI servers read (https://github.com/testmoapp/junitxml): a test case for each finding,
 * failed where it is an error that nobody approved; a single passed one where there is nothing to say.
 */
export function toJunit(report: Report): string {
  const cases = report.findings.map((finding) => testCase(report.command, finding));
  if (cases.length === 0) {
    cases.push(`    <testcase classname="supergraph.${report.command}" name="${escapeXml(report.summary)}" time="0"/>`);
  }
  const failures = report.findings.filter(isFailure).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="supergraph" ${counts}>`,
    `  <testsuite name="supergraph ${report.command}" ${counts} skipped="0" time="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(command: string, finding: Finding): string {
  const { rule, subject, message, place } = finding;
  const name = escapeXml(subject ? `${rule} ${subject}` : rule);
  const file = place ? ` file="${escapeXml(place.file)}" line="${place.line ?? 1}"` : '';
  const body = isFailure(finding)
    ? `<failure message="${escapeXml(message)}" type="${escapeXml(rule)}">${escapeXml(details(finding))}</failure>`
    : `<system-out>${escapeXml(`${finding.severity}: ${message}\n${details(finding)}`)}</system-out>`;
  return `    <testcase classname="supergraph.${command}" name="${name}"${file} time="0">${body}</testcase>`;
}

function details({ place, affected = [], remedy, approval }: Finding): string {
  return [
    ...(place ? [formatPlace(place)] : []),
    ...affected.map((each) => `${each.name} at ${formatPlace(each)}`),
    ...(remedy ? [remedy] : []),
    ...(approval ? [`approved until ${approval.expires}: ${approval.reason}`] : []),
  ].join('\n');
}
