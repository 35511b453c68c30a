import type { SubgraphContext } from '@atrium/service-kit/subgraph';
import type { CheckedCode, CheckOneTimeCode } from '../domain/check-one-time-code.ts';
import type { CheckOutcome, CheckPhoneVerification } from '../domain/check-phone-verification.ts';
import type { TemplateFilter } from '../domain/find-message-templates.ts';
import type { PhoneNumberJudgement, TypedPhoneNumber } from '../domain/judge-phone-number.ts';
import type { MessageStats } from '../domain/message-stats.ts';
import type { PhonePolicy } from '../domain/phone-policy.ts';
import type { ChallengeOutcome, Loaders } from '../domain/ports.ts';
import type { MessagePreview, PreviewRequest } from '../domain/preview-message.ts';
import type { TypedTemplate } from '../domain/read-template-input.ts';
import type { Sender, SendMessage, SendOutcome } from '../domain/send-message.ts';
import type { Asker, SendOneTimeCode, SentCode } from '../domain/send-one-time-code.ts';
import type { StartPhoneVerification } from '../domain/start-phone-verifications.ts';
import type { MessageTemplate, TemplateKey } from '../domain/template.ts';
import type { UpsertOutcome } from '../domain/upsert-message-template.ts';
import type { Contact } from '../domain/user.ts';
import type { UserError } from '../domain/user-error.ts';

/** What Messaging does when it is asked. */
export interface Actions {
  sendMessage(sender: Sender, input: SendMessage): Promise<SendOutcome>;
  validatePhoneNumbers(
    caller: SubgraphContext['caller'],
    inputs: readonly TypedPhoneNumber[],
  ): Promise<PhoneNumberJudgement[]>;
  sendOneTimeCode(asker: Asker, input: SendOneTimeCode): Promise<SentCode>;
  checkOneTimeCode(checker: Sender, input: CheckOneTimeCode): Promise<CheckedCode>;
  startPhoneVerifications(
    caller: SubgraphContext['caller'],
    inputs: readonly StartPhoneVerification[],
  ): Promise<ChallengeOutcome[]>;
  checkPhoneVerification(
    caller: SubgraphContext['caller'],
    inputs: readonly CheckPhoneVerification[],
  ): Promise<CheckOutcome[]>;
  readMessageStats(caller: SubgraphContext['caller'], span: { from: Date; to: Date }): Promise<MessageStats[]>;
  findMessageTemplates(caller: SubgraphContext['caller'], filter: TemplateFilter): Promise<MessageTemplate[]>;
  findTemplateVersions(caller: SubgraphContext['caller'], key: TemplateKey): Promise<MessageTemplate[]>;
  previewMessage(caller: SubgraphContext['caller'], request: PreviewRequest): Promise<MessagePreview>;
  upsertMessageTemplate(caller: SubgraphContext['caller'], input: TypedTemplate): Promise<UpsertOutcome>;
  deleteMessageTemplate(caller: SubgraphContext['caller'], key: TemplateKey): Promise<{ userErrors: UserError[] }>;
}

/** What every resolver is given. */
export interface Context extends SubgraphContext {
  readonly actions: Actions;
  readonly phonePolicy: PhonePolicy;
  readonly loaders: Loaders;
  /** A person's contact from Profile, looked up once in a request. */
  readonly findContact: (userId: string) => Promise<Contact | null>;
}
