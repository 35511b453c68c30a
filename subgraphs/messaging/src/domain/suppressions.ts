import type { MessageChannel } from './message.ts';

/** Why somebody is not written to. */
export type SuppressionReason = (typeof suppressionReasons)[number];
export const suppressionReasons = ['BOUNCE', 'STOP', 'COMPLAINT', 'OPERATOR'] as const;

/** Where messages would go. */
export interface Recipient {
  readonly channel: MessageChannel;
  /** E.164 or an e-mail address. */
  readonly to: string;
}

/** A recipient who is not to be written to any more. */
export interface NewSuppression extends Recipient {
  readonly reason: SuppressionReason;
  /** Who told: a provider's name, or `command`. */
  readonly source: string;
}

/** A recipient who may be written to again. */
export interface LiftedSuppression extends Recipient {
  /** Only what was suppressed for this; whatever it was for where left out. */
  readonly reason?: SuppressionReason | undefined;
}

/**
 * Who is not written to: whose messages came back, who replied STOP or complained, and whom an operator names. It
 * knows them by keyed hashes only. A number that replied STOP gets no SMS of any kind, codes included: the carriers
 * block them all, and so every one that was sent would be paid for and lost.
 */
export interface Suppressions {
  /** In order. */
  isSuppressed(recipients: readonly Recipient[]): Promise<boolean[]>;
  /** One that is known for the same reason stays as it is. */
  add(suppressions: readonly NewSuppression[]): Promise<void>;
  /** Answers how many entries went. */
  remove(suppressions: readonly LiftedSuppression[]): Promise<number>;
}
