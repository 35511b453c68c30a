import type { MutationResolvers } from './generated/schema.ts';

/** Mutation.uploadImage. */
export const uploadImage: MutationResolvers['uploadImage'] = (_parent, { input }, { asker, actions }) => {
  const { file, ...rest } = input;
  return actions.uploadImage(asker, { ...rest, file: file && actions.fileOf(file) });
};
