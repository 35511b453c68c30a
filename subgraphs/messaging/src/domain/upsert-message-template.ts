import type { Caller } from '@atrium/service-kit';
import { mustManageTemplates } from './policy.ts';
import type { TemplateArchive } from './ports.ts';
import { type OwnOperations, readTemplate, type TypedTemplate } from './read-template-input.ts';
import type { MessageTemplate } from './template.ts';
import { InputRefused, refused, type UserError } from './user-error.ts';

/** The template that counts from now on, or what to mend. */
export interface UpsertOutcome {
  readonly template: MessageTemplate | null;
  readonly userErrors: UserError[];
}

/** Makes the action that gives a template a new text. Of two at once both are kept, and the later one counts. */
export function createUpsertMessageTemplate(parts: { archive: TemplateArchive; ownOperations: OwnOperations }) {
  return async (caller: Caller, input: TypedTemplate): Promise<UpsertOutcome> => {
    const { clientId } = mustManageTemplates(caller);
    try {
      const template = await parts.archive.saveTemplate(readTemplate(input, parts.ownOperations), clientId);
      if (template) return { template, userErrors: [] };
      throw refused('NOT_ALLOWED', [], 'There are as many templates as may be kept. Delete one first.');
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return { template: null, userErrors: error.userErrors };
    }
  };
}
