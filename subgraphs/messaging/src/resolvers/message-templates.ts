import type { Resolvers } from './generated/schema.ts';

type Query = NonNullable<Resolvers['Query']>;
type Mutation = NonNullable<Resolvers['Mutation']>;

/** Query.messageTemplates. */
export const messageTemplates: Query['messageTemplates'] = (_, filter, { caller, actions }) =>
  actions.findMessageTemplates(caller, filter);

/** Query.messageTemplateVersions. */
export const messageTemplateVersions: Query['messageTemplateVersions'] = (_, key, { caller, actions }) =>
  actions.findTemplateVersions(caller, key);

/** Query.previewMessage. */
export const previewMessage: Query['previewMessage'] = (_, request, { caller, actions }) =>
  actions.previewMessage(caller, request);

/** Mutation.upsertMessageTemplate. */
export const upsertMessageTemplate: Mutation['upsertMessageTemplate'] = (_, { input }, { caller, actions }) =>
  actions.upsertMessageTemplate(caller, input);

/** Mutation.deleteMessageTemplate. */
export const deleteMessageTemplate: Mutation['deleteMessageTemplate'] = (_, { input }, { caller, actions }) =>
  actions.deleteMessageTemplate(caller, input);
