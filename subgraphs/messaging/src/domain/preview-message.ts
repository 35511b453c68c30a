import type { Caller } from '@atrium/service-kit';
import { fitVariables } from './fit-variables.ts';
import type { MessageChannel } from './message.ts';
import { mustManageTemplates } from './policy.ts';
import type { TemplateStore } from './ports.ts';
import { readLocale, readVariables } from './read-send-input.ts';
import { renderMessage } from './render-message.ts';
import { measureSms, type SmsEncoding } from './sms-segments.ts';
import { chooseTemplate, isOperation, type MessageTemplate } from './template.ts';
import { sampleValues } from './template-samples.ts';
import { InputRefused, refused, type UserError } from './user-error.ts';

/** What is to be looked at. */
export interface PreviewRequest {
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly locale?: string | null | undefined;
  readonly variables?: unknown;
}

/** A message as its reader would get it; without a text where userErrors say why there is none. */
export interface MessagePreview {
  readonly subject: string | null;
  readonly body: string | null;
  readonly html: string | null;
  readonly locale: string | null;
  readonly version: number | null;
  readonly segments: number | null;
  readonly encoding: SmsEncoding | null;
  readonly userErrors: UserError[];
}

const nothing = { subject: null, body: null, html: null, locale: null, version: null, segments: null, encoding: null };

/** Makes the action that shows a message without sending it; required values that are left out are made up. */
export function createPreviewMessage(parts: { templates: TemplateStore; defaultLocale: string }) {
  const { templates, defaultLocale } = parts;

  async function choose({ operation: typed, channel, ...request }: PreviewRequest): Promise<MessageTemplate> {
    const operation = typed.trim();
    if (operation === '') throw refused('REQUIRED', 'operation', 'Name an operation, such as WELCOME.');
    const locale = readLocale(request.locale) ?? defaultLocale;
    const known = isOperation(operation) ? await templates.findTemplates(operation) : [];
    const template = chooseTemplate(known, { operation, channel, locale, defaultLocale });
    if (template) return template;
    throw refused('TEMPLATE_UNKNOWN', 'operation', 'There is no template for this operation, channel and language.');
  }

  async function preview(request: PreviewRequest): Promise<MessagePreview> {
    const given = readVariables(request.variables);
    const template = await choose(request);
    const samples = sampleValues(template.variables.filter(({ required }) => required));
    const rendered = renderMessage(template, fitVariables(template, samples, given));
    const size = template.channel === 'SMS' ? measureSms(rendered.body) : undefined;
    return {
      ...rendered,
      locale: template.locale,
      version: template.version,
      segments: size?.segments ?? null,
      encoding: size?.encoding ?? null,
      userErrors: [],
    };
  }

  return async (caller: Caller, request: PreviewRequest): Promise<MessagePreview> => {
    mustManageTemplates(caller);
    try {
      return await preview(request);
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      // A query's arguments stand by themselves, without an input around them.
      const userErrors = error.userErrors.map(({ field, ...fault }) => ({ ...fault, field: field.slice(1) }));
      return { ...nothing, userErrors };
    }
  };
}
