/** What the developer inbox does to a message on purpose. */
export const inboxRuleActions = ['FAIL', 'UNAVAILABLE', 'DELAY', 'BOUNCE'] as const;

/**
 * A rule for the recipients that its pattern names. FAIL refuses for good, UNAVAILABLE refuses for now, DELAY takes its
 * time, BOUNCE takes the message and tells a moment later that it did not arrive.
 */
export interface InboxRule {
  /** A recipient, with `*` for any part of it: `*@bounce.test`, `+1555*`. */
  readonly to: string;
  readonly action: (typeof inboxRuleActions)[number];
  /** For how many more messages; null for all. */
  readonly times: number | null;
  /** Of DELAY. */
  readonly delayMs: number | null;
}

/** Where rules are kept; one for each pattern. */
export interface InboxRules {
  list(): Promise<InboxRule[]>;
  /** Puts the rule in the place of the one with the same pattern. */
  put(rule: InboxRule): Promise<void>;
  /** Removes the rule with this pattern, or all of them. */
  remove(to: string | undefined): Promise<void>;
  /** Uses the rule once; false where it is used up, changed or gone. */
  use(rule: InboxRule): Promise<boolean>;
}

/** The rule that counts for a recipient: of those that match and are not used up, the one that says most of it. */
export function ruleFor(rules: readonly InboxRule[], recipient: string): InboxRule | undefined {
  return rules
    .filter(({ to, times }) => times !== 0 && matches(to, recipient))
    .sort((a, b) => lettersIn(b.to) - lettersIn(a.to) || (a.to < b.to ? -1 : 1))[0];
}

const lettersIn = (pattern: string): number => pattern.replaceAll('*', '').length + (pattern.includes('*') ? 0 : 0.5);

function matches(pattern: string, recipient: string): boolean {
  const [head = '', ...parts] = pattern.toLowerCase().split('*');
  const tail = parts.pop();
  const text = recipient.toLowerCase();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > text.length - tail.length) return false;
    at = found + part.length;
  }
  return true;
}
