import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Finding, isFailure } from '../findings/finding.ts';
import { applyApprovals } from './apply-approvals.ts';
import { readApprovals } from './read-approvals.ts';

const folder = await mkdtemp(join(tmpdir(), 'approvals-'));
afterAll(() => rm(folder, { recursive: true }));

const finding: Finding = { rule: 'field-removed', severity: 'error', subject: 'User.email', message: 'gone' };

async function approvals(text: string) {
  const file = join(folder, 'approvals.yaml');
  await writeFile(file, text);
  return readApprovals(file);
}

const given = `approvals:
  - rule: field-removed
    subject: User.email
    reason: nobody has asked for it since spring
    expires: 2026-12-31
`;

const outcome = (findings: Finding[]) => ({
  fails: findings.some(isFailure),
  rules: findings.map(({ rule }) => rule),
});

describe('an approval', () => {
  test('lets its finding pass, with the reason, up to its last day', async () => {
    const [approved] = applyApprovals([finding], await approvals(given), '2026-12-31');
    expect(approved?.approval).toEqual({ reason: 'nobody has asked for it since spring', expires: '2026-12-31' });
    expect(approved && isFailure(approved)).toBe(false);
  });
  test('no longer counts on the day after, and that is told with its place', async () => {
    const found = applyApprovals([finding], await approvals(given), '2027-01-01');
    expect(outcome(found)).toEqual({ fails: true, rules: ['field-removed', 'approval-expired'] });
    expect(found[1]?.place).toMatchObject({ line: 2 });
  });
  test('counts for its own rule and subject alone, and is told where it approves nothing', async () => {
    const other = { ...finding, subject: 'User.name' };
    expect(outcome(applyApprovals([other], await approvals(given), '2026-12-31'))).toEqual({
      fails: true,
      rules: ['field-removed', 'approval-unused'],
    });
  });
});

test.each([
  ['the approval has no reason', given.replace(/ {4}reason.*\n/, '')],
  ['expires must be a day', given.replace('2026-12-31', 'next year')],
  ['approvals must be a list', 'approvals: none'],
])('a file in which %s is refused', async (reason, text) => {
  await expect(approvals(text)).rejects.toThrow(reason);
});

test('without a file nothing is approved', async () => {
  expect(await readApprovals(join(folder, 'none.yaml'))).toEqual([]);
});
