import type { Finding } from '../findings/finding.ts';
import type { GivenApproval } from './read-approvals.ts';

/**
 * Lets pass what is approved on this day (`2026-11-24`). An approval whose day is over no longer counts, and is told; so is
 * one that approves nothing, which would otherwise approve the next change of the same name.
 */
export function applyApprovals(
  findings: readonly Finding[],
  approvals: readonly GivenApproval[],
  today: string,
): Finding[] {
  const used = new Set<GivenApproval>();
  const judged = findings.map((finding): Finding => {
    if (finding.severity === 'note') return finding;
    const approval = approvals.find(({ rule, subject }) => rule === finding.rule && subject === finding.subject);
    if (!approval) return finding;
    used.add(approval);
    const { reason, expires } = approval;
    return expires < today ? finding : { ...finding, approval: { reason, expires } };
  });
  return [...judged, ...approvals.flatMap((approval) => told(approval, used.has(approval), today))];
}

function told({ rule, subject, expires, reason, place }: GivenApproval, used: boolean, today: string): Finding[] {
  if (expires < today) {
    const message = `The approval of ${rule} expired on ${expires} and no longer counts (${reason})`;
    const remedy = used ? 'Mend what it approved, or decide anew until when it may stay.' : 'Take it out of the file.';
    return [{ rule: 'approval-expired', severity: 'warning', subject, message, place, remedy }];
  }
  if (used) return [];
  return [
    {
      rule: 'approval-unused',
      severity: 'warning',
      subject,
      message: `The approval of ${rule} approves nothing that was found`,
      place,
      remedy: 'Take it out of the file once the change is released.',
    },
  ];
}
