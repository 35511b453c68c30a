import type { Caller } from '@atrium/service-kit';
import type { MessageChannel } from './message.ts';
import { mustManageTemplates } from './policy.ts';
import type { TemplateArchive, TemplateStore } from './ports.ts';
import { canonicalLocale, isOperation, type MessageTemplate } from './template.ts';

/** What templates are wanted; what is left out, is any. */
export interface TemplateFilter {
  readonly operation?: string | null | undefined;
  readonly channel?: MessageChannel | null | undefined;
  readonly locale?: string | null | undefined;
}

/** Makes the action that shows the templates that count. What can name none, finds none. */
export function createFindMessageTemplates(parts: { templates: TemplateStore }) {
  return async (caller: Caller, { operation, channel, locale }: TemplateFilter): Promise<MessageTemplate[]> => {
    mustManageTemplates(caller);
    const wanted = locale == null ? undefined : (canonicalLocale(locale.trim()) ?? '');
    const all = await parts.templates.findAllTemplates();
    return all.filter(
      (template) =>
        (operation == null || template.operation === operation.trim()) &&
        (channel == null || template.channel === channel) &&
        (wanted === undefined || template.locale === wanted),
    );
  };
}

/** Makes the action that shows every text that a template had, the newest first, those that were deleted as well. */
export function createFindTemplateVersions(parts: { archive: TemplateArchive }) {
  return async (
    caller: Caller,
    typed: { operation: string; channel: MessageChannel; locale: string },
  ): Promise<MessageTemplate[]> => {
    mustManageTemplates(caller);
    const locale = canonicalLocale(typed.locale.trim());
    const operation = typed.operation.trim();
    if (locale === undefined || !isOperation(operation)) return [];
    return parts.archive.findVersions({ operation, channel: typed.channel, locale });
  };
}
