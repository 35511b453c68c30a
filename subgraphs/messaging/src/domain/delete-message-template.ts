import type { Caller } from '@atrium/service-kit';
import type { MessageChannel } from './message.ts';
import { mustManageTemplates } from './policy.ts';
import type { TemplateArchive } from './ports.ts';
import { readTemplateKey } from './read-template-input.ts';
import { InputRefused, refused, type UserError } from './user-error.ts';

/**
 * Makes the action that takes an operator's text away. Where it stood over one that the service comes with, that one
 * counts again; its versions are kept.
 */
export function createDeleteMessageTemplate(parts: { archive: TemplateArchive }) {
  return async (
    caller: Caller,
    input: { operation: string; channel: MessageChannel; locale: string },
  ): Promise<{ userErrors: UserError[] }> => {
    mustManageTemplates(caller);
    try {
      const outcome = await parts.archive.removeTemplate(readTemplateKey(input));
      if (outcome === 'absent') {
        throw refused('TEMPLATE_UNKNOWN', [], 'There is no template for this operation, channel and language.');
      }
      if (outcome === 'shipped') {
        throw refused(
          'NOT_ALLOWED',
          [],
          'Atrium comes with this text. It can be replaced, by upsertMessageTemplate, but not deleted.',
        );
      }
      return { userErrors: [] };
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return { userErrors: error.userErrors };
    }
  };
}
