import { styleText } from 'node:util';
import { type Affected, type Finding, formatPlace, type Report, type Severity } from '../findings/finding.ts';
import { excerpt } from './excerpt.ts';

const colours = { error: 'red', warning: 'yellow', note: 'cyan' } as const;
const order: Severity[] = ['error', 'warning', 'note'];

/** Who is affected is listed up to this many; JSON has all of them. */
const mostAffected = 12;
/** So many are listed again, however often they are told. */
const fewAffected = 2;

/** A report for people: the gravest first, each with its place, an excerpt, whom it concerns and what to do. */
export function printReport(report: Report): string {
  const findings = report.findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const told = new Map<string, string>();
  return [...findings.map((finding) => printFinding(finding, told)), summaryLine(report)].join('\n\n');
}

function printFinding(finding: Finding, told: Map<string, string>): string {
  const { severity, rule, subject, message, place, affected = [], remedy, approval } = finding;
  const title = approval ? styleText('green', 'approved') : styleText(colours[severity], severity);
  const verdict = finding.verdict && finding.verdict !== 'breaking' ? ` (${finding.verdict})` : '';
  const lines = [`${title} ${styleText('bold', rule)}${verdict}${subject ? ` ${subject}` : ''}: ${message}`];
  if (place) {
    lines.push(`  ${formatPlace(place)}`);
    if (severity === 'error') lines.push(...excerpt(place).map((line) => `    ${styleText('dim', line)}`));
  }
  lines.push(...affectedLines(affected, subject, told).map((line) => `  ${line}`));
  if (approval) lines.push(`  approved until ${approval.expires}: ${approval.reason}`);
  else if (remedy && severity !== 'note') lines.push(`  ${styleText('green', 'do')} ${remedy}`);
  return lines.join('\n');
}

/** Who is affected; where the same are affected by several changes, they are listed at the first of them. */
function affectedLines(affected: readonly Affected[], subject = '', told: Map<string, string>): string[] {
  const same = told.get(JSON.stringify(affected));
  if (same && affected.length > fewAffected) return [`${arrow()} the same ${affected.length} as for ${same}`];
  told.set(JSON.stringify(affected), subject);
  const lines = affected.slice(0, mostAffected).map(affectedLine);
  if (affected.length > mostAffected) lines.push(`… and ${affected.length - mostAffected} more`);
  return lines;
}

function arrow(): string {
  return styleText('magenta', '→');
}

function affectedLine(affected: Affected): string {
  const calls = affected.calls === undefined ? '' : `, called ${affected.calls} times`;
  return `${arrow()} ${affected.name} at ${formatPlace(affected)}${calls}`;
}

function summaryLine({ command, findings, summary }: Report): string {
  const open = findings.filter(({ approval }) => !approval);
  const counts = order.map((severity) => [severity, open.filter((each) => each.severity === severity).length] as const);
  const found = counts.flatMap(([severity, count]) =>
    count > 0 ? [styleText(colours[severity], `${count} ${severity}${count === 1 ? '' : 's'}`)] : [],
  );
  const approved = findings.length - open.length;
  if (approved > 0) found.push(styleText('green', `${approved} approved`));
  return `${styleText('bold', command)}: ${summary}; ${found.length > 0 ? found.join(', ') : styleText('green', 'nothing to say')}`;
}
