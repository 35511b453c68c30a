/** A place in a file, counted from 1 as editors do. */
export interface Place {
  file: string;
  line?: number | undefined;
  column?: number | undefined;
}

/** What a change does to those who use the graph. */
export type Verdict =
  /** Breaks an operation or a subgraph that is known. */
  | 'breaking'
  /** Breaks the contract, yet nobody who is known. */
  | 'unused'
  /** Breaks nobody's request, but may surprise who reads the answers, or needs an order of deployment. */
  | 'dangerous'
  /** Needs nobody's attention. */
  | 'safe';

/** How much a finding matters to CI: errors fail it. */
export type Severity = 'error' | 'warning' | 'note';

/** How much a verdict matters to CI. */
export const severityOf: Readonly<Record<Verdict, Severity>> = {
  breaking: 'error',
  unused: 'warning',
  dangerous: 'warning',
  safe: 'note',
};

/** Whom a finding concerns, such as an operation of the repository, and where. */
export interface Affected extends Place {
  /** `operation User`, `subgraph messaging`. */
  name: string;
  /** How often the operation was called, where an export of counts says. */
  calls?: number | undefined;
}

/** Why a finding was let pass, until when. */
export interface Approval {
  reason: string;
  /** The last day on which it counts, `2026-12-31`. */
  expires: string;
}

/** Something that a check has to say. */
export interface Finding {
  /** The rule's id, which approvals and switches name: `field-removed`. */
  rule: string;
  severity: Severity;
  verdict?: Verdict;
  /** What it is about, as a schema coordinate: `User.name`, `Query.users(first:)`. */
  subject?: string | undefined;
  message: string;
  place?: Place | undefined;
  /** Who is affected, and where. */
  affected?: readonly Affected[];
  /** How to do it safely. */
  remedy?: string | undefined;
  approval?: Approval;
}

/** What a command found, and what it looked at. */
export interface Report {
  /** `check`, `lint` and so on. */
  command: string;
  findings: readonly Finding[];
  /** What was looked at, in one line for people: `28 operations, 3 subgraphs`. */
  summary: string;
  /** What a program may want besides the findings. */
  data?: Readonly<Record<string, unknown>>;
}

/** Whether CI should stop for a finding: an error that nobody approved. */
export function isFailure({ severity, approval }: Finding): boolean {
  return severity === 'error' && !approval;
}

/** A place as editors link it: `file:line:column`. */
export function formatPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
