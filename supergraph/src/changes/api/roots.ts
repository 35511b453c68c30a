import type { OperationTypeNode } from 'graphql';
import { breaks, type Circumstances, type Judgement, type Judges } from './judgement.ts';

/** Changes of the types that operations begin at, and of the directives that they may use. */
export const rootJudges: Judges = {
  SCHEMA_QUERY_TYPE_CHANGED: (meta, all) => root(meta.oldQueryTypeName, meta.newQueryTypeName, all),
  SCHEMA_MUTATION_TYPE_CHANGED: (meta, all) => root(meta.oldMutationTypeName, meta.newMutationTypeName, all),
  SCHEMA_SUBSCRIPTION_TYPE_CHANGED: (meta, all) =>
    root(meta.oldSubscriptionTypeName, meta.newSubscriptionTypeName, all),
  DIRECTIVE_REMOVED({ removedDirectiveName }, { uses }) {
    const subject = `@${removedDirectiveName}`;
    const used = uses.of(subject);
    return {
      rule: 'directive-removed',
      verdict: breaks(used),
      subject,
      uses: used,
      consequence: 'every operation that uses it is refused',
      remedy: 'Keep the directive until no operation uses it.',
    };
  },
  DIRECTIVE_ADDED: ({ addedDirectiveName }) => ({
    rule: 'directive-added',
    verdict: 'safe',
    subject: `@${addedDirectiveName}`,
    uses: [],
  }),
};

function root(was: string | null, is: string | null, { before, uses }: Circumstances): Judgement | undefined {
  const kind = (['query', 'mutation', 'subscription'] as OperationTypeNode[]).find(
    (each) => before.getRootType(each)?.name === was,
  );
  const type = kind && before.getRootType(kind);
  if (was === null || !type) return { rule: 'root-added', verdict: 'safe', subject: is ?? '', uses: [] };
  const used = Object.keys(type.getFields()).flatMap((field) => uses.of(`${was}.${field}`));
  return {
    rule: 'root-changed',
    verdict: breaks(used),
    subject: was,
    uses: used,
    consequence: is === null ? 'no operation of this kind is served any more' : `operations now begin at ${is}`,
    remedy: 'Keep the name of the type that operations begin at.',
  };
}
