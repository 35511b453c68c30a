import { expect, test } from '@jest/globals';
import type { Finding, Report } from '../findings/finding.ts';
import { toJunit } from './junit.ts';
import { printReport } from './print.ts';
import { toSarif } from './sarif.ts';

const finding: Finding = {
  rule: 'field-removed',
  severity: 'error',
  subject: 'User.email',
  message: 'gone: "<email>" & \u0001more',
  place: { file: 'subgraphs/a b/schema.graphql', line: 3, column: 5 },
  affected: [{ name: 'operation User', file: 'operations/user.graphql', line: 7 }],
  remedy: 'Keep it.',
};
const approved: Finding = { ...finding, subject: 'User.name', approval: { reason: 'agreed', expires: '2026-12-31' } };
const warning: Finding = { rule: 'hint', severity: 'warning', message: 'look' };
const report = (...findings: Finding[]): Report => ({ command: 'check', findings, summary: 'compared' });

test('JUnit fails for an error alone, not for one that is approved and not for a warning', () => {
  const xml = toJunit(report(finding, approved, warning));
  expect(xml).toContain('<testsuites name="supergraph" tests="3" failures="1" errors="0">');
  expect(xml.match(/<failure /g)).toHaveLength(1);
  expect(xml).toMatch(/name="field-removed User\.email" file="subgraphs\/a b\/schema\.graphql" line="3".*?<failure/s);
  expect(xml).toContain('approved until 2026-12-31: agreed');
});

test('JUnit holds no character that XML cannot', () => {
  const xml = toJunit(report(finding));
  expect(xml).toContain('message="gone: &quot;&lt;email&gt;&quot; &amp; more"');
});

test('JUnit has a test that passed where there is nothing to say', () => {
  expect(toJunit(report())).toContain('tests="1" failures="0"');
});

test('SARIF tells code hosts where, whom, how grave, and what was approved', () => {
  const { version, runs } = JSON.parse(toSarif(report(finding, approved, warning)));
  expect(version).toBe('2.1.0');
  const [{ tool, results }] = runs;
  expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['field-removed', 'hint']);
  expect(results).toMatchObject([
    {
      ruleId: 'field-removed',
      ruleIndex: 0,
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'subgraphs/a%20b/schema.graphql' },
            region: { startLine: 3, startColumn: 5 },
          },
        },
      ],
      relatedLocations: [{ message: { text: 'operation User' }, physicalLocation: { region: { startLine: 7 } } }],
    },
    { suppressions: [{ justification: 'agreed' }] },
    { level: 'warning', locations: [{ physicalLocation: { artifactLocation: { uri: 'supergraph.yaml' } } }] },
  ]);
  expect(results[0].suppressions).toBeUndefined();
  expect(
    new Set(results.map((each: { partialFingerprints: object }) => JSON.stringify(each.partialFingerprints))).size,
  ).toBe(3);
});

test('for people, who is affected by several changes is listed once', () => {
  const affected = ['A', 'B', 'C'].map((name) => ({ name: `operation ${name}`, file: `${name}.graphql`, line: 1 }));
  const text = printReport(report({ ...finding, affected }, { ...finding, subject: 'User.phone', affected }));
  expect(text.match(/operation A at A\.graphql:1/g)).toHaveLength(1);
  expect(text).toContain('the same 3 as for User.email');
  expect(text).toContain('check: compared; 2 errors');
});
