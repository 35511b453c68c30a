import type { MessageChannel } from './message.ts';

/** Why somebody is not to be written to any more: nothing arrives there, they asked for it, or they called it spam. */
export type ToldReason = 'BOUNCE' | 'STOP' | 'COMPLAINT';

/** Somebody of whom a provider tells that they are not to be written to, or may be again. */
export interface ToldRecipient {
  readonly channel: MessageChannel;
  /** E.164 or an e-mail address. */
  readonly to: string;
  readonly reason: ToldReason;
}

/** What a provider tells, once it is known, about a message that it took, or about a recipient. */
export interface ProviderEvent {
  /** The same for each delivery of the same news. */
  readonly id: string;
  /** Ours; null where the news is about a recipient alone. */
  readonly messageId: string | null;
  /** The provider's own id of the attempt; empty where it names none. */
  readonly providerMessageId: string;
  readonly outcome: 'DELIVERED' | 'FAILED' | null;
  /** Short and without personal data; null unless it failed. */
  readonly failure: string | null;
  readonly suppress: ToldRecipient | null;
  readonly lift: ToldRecipient | null;
}

/** A webhook's request as it came over the wire. */
export interface WebhookRequest {
  /** Path and query as the provider asked for them. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Reads the webhooks of one provider. */
export interface WebhookReader {
  /** As it stands in the path, and in messages that it took. */
  readonly provider: string;
  /** Throws an UNAUTHENTICATED unless the provider has signed it. Nothing is asked of the database for who cannot sign. */
  verify(request: WebhookRequest): void;
  /** What a request that was verified tells; throws an UNAUTHENTICATED where it was signed long ago. */
  read(request: WebhookRequest, now: Date): ProviderEvent[];
}

/** Where providers' news is kept, and what it makes of messages. */
export interface ProviderEventStore {
  /** The database's clock. */
  now(): Promise<Date>;
  /** Those that were not taken before. */
  findNew(provider: string, events: ProviderEvent[]): Promise<ProviderEvent[]>;
  /** Takes news and moves the messages that it is about, in one step; news of messages that are not ours is dropped. */
  take(provider: string, events: ProviderEvent[]): Promise<void>;
}

/** Who is not written to, as far as providers have a say in it. */
export interface SuppressionList {
  /** Repeated ones have no effect. `source` is the provider's name. */
  add(recipients: readonly (ToldRecipient & { source: string })[]): Promise<void>;
  /** Answers how many entries went. */
  remove(recipients: readonly ToldRecipient[]): Promise<number>;
}
