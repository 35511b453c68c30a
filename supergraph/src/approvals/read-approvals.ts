import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import type { Approval, Place } from '../findings/finding.ts';
import { UsageFault } from '../usage-fault.ts';

/** Approval of one finding, as the file has it. */
export interface GivenApproval extends Approval {
  rule: string;
  subject: string;
  place: Place;
}

/** Reads the approvals; none where there is no file, and a UsageFault with the place where one is incomplete. */
export async function readApprovals(path: string): Promise<GivenApproval[]> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const file = relative(process.cwd(), path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) throw new UsageFault(`${file}: ${fault.message}`);
  const list = document.get('approvals');
  if (list === undefined || list === null) return [];
  if (!isSeq(list)) throw new UsageFault(`${file}: approvals must be a list`);
  return list.items.map((item) => {
    if (!isMap(item)) throw new UsageFault(`${file}: every approval has rule, subject, reason and expires`);
    const place = { file, line: lines.linePos(item.range?.[0] ?? 0).line };
    return { ...readOne(item, `${file}:${place.line}`), place };
  });
}

function readOne(item: YAMLMap, at: string): Omit<GivenApproval, 'place'> {
  const read = (name: string): string => {
    const node = item.get(name, true);
    const value = isScalar(node) ? (node.source ?? String(node.value)) : '';
    if (!value.trim()) throw new UsageFault(`${at}: the approval has no ${name}`);
    return value.trim();
  };
  const approval = { rule: read('rule'), subject: read('subject'), reason: read('reason'), expires: read('expires') };
  if (!/^\d{4}-\d\d-\d\d$/.test(approval.expires) || Number.isNaN(Date.parse(approval.expires))) {
    throw new UsageFault(`${at}: expires must be a day such as 2026-12-31`);
  }
  return approval;
}
