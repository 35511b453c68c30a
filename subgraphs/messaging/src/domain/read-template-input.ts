import { judgeText, tryText } from './judge-text.ts';
import type { MessageChannel } from './message.ts';
import type { TemplateValues } from './render-message.ts';
import {
  canonicalLocale,
  isOperation,
  isVariableName,
  maxVariables,
  type OwnOperation,
  type TemplateKey,
  type TemplateText,
  type TemplateVariable,
} from './template.ts';
import { longestValues, sampleValues } from './template-samples.ts';
import { InputRefused, type UserError } from './user-error.ts';

/** A template as an operator writes it. */
export interface TypedTemplate {
  readonly operation: string;
  readonly channel: MessageChannel;
  readonly locale: string;
  readonly subject?: string | null | undefined;
  readonly body: string;
  readonly html?: string | null | undefined;
  readonly variables?: readonly TypedVariable[] | null | undefined;
}

/** A variable as an operator declares it. */
export interface TypedVariable {
  readonly name: string;
  readonly type?: TemplateVariable['type'] | null | undefined;
  readonly required?: boolean | null | undefined;
}

/** The operations that Atrium itself sends, by name. */
export type OwnOperations = ReadonlyMap<string, OwnOperation>;

const maxLength = { subject: 200, html: 50_000, body: { SMS: 1_600, EMAIL: 20_000 } };
const reserved = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank', 'and', 'or', 'not', 'contains']);

/** Which template is meant, in canonical form; throws InputRefused with all that is wrong. */
export function readTemplateKey(typed: { operation: string; channel: MessageChannel; locale: string }): TemplateKey {
  const operation = typed.operation.trim();
  const locale = canonicalLocale(typed.locale.trim());
  if (locale !== undefined && isOperation(operation)) return { operation, channel: typed.channel, locale };
  throw new InputRefused([
    ...(operation === ''
      ? [fault('REQUIRED', ['operation'], 'Name an operation, such as ORDER_SHIPPED.')]
      : isOperation(operation)
        ? []
        : [fault('INVALID_FORMAT', ['operation'], 'Use capitals, digits and underscores: ORDER_SHIPPED.')]),
    ...(locale === undefined
      ? [fault('LOCALE_INVALID', ['locale'], 'Give a BCP 47 language tag, such as hi or pt-BR.')]
      : []),
  ]);
}

/** The template that was written, fit to be kept; throws InputRefused with all that is wrong. */
export function readTemplate(typed: TypedTemplate, own: OwnOperations): TemplateText {
  const key = readTemplateKey(typed);
  const ours = own.get(key.operation);
  const errors: UserError[] = [];
  const variables = readVariables(typed.variables, ours, errors);
  const subject = readSubject(typed, errors);
  const body = readPart('body', typed.body, maxLength.body[key.channel], errors);
  const html = readHtml(typed, errors);
  const template = { ...key, subject, body, html, variables, carriesCode: ours?.carriesCode ?? false };
  if (errors.length === 0) errors.push(...judgeTexts(template));
  if (errors.length > 0) throw new InputRefused(errors);
  return template;
}

function judgeTexts(template: TemplateText): UserError[] {
  const declared = new Set(template.variables.map(({ name }) => name));
  const usual = sampleValues(template.variables);
  const sparing = Object.fromEntries(
    template.variables.map(({ name, required }) => [name, required ? usual[name] : null]),
  );
  const samples = [usual, sparing, longestValues(template.variables)] as TemplateValues[];
  const parts = [
    { field: 'subject', source: template.subject, escaping: 'plain' },
    { field: 'body', source: template.body, escaping: 'plain' },
    { field: 'html', source: template.html, escaping: 'html' },
  ] as const;
  return parts.flatMap(({ field, source, escaping }) => {
    if (source === null) return [];
    const judged = judgeText(source, escaping, declared);
    const tried = 'faults' in judged ? judged : tryText(judged.text, samples, template.locale);
    if ('faults' in tried) return tried.faults.map(({ code, message }) => fault(code, [field], message));
    const mute = template.carriesCode && field !== 'subject' && !tried.filled[0]?.includes(String(usual.code));
    return mute
      ? [fault('TEMPLATE_INVALID', [field], 'This operation brings a one-time code: show it, by {{ code }}.')]
      : [];
  });
}

function readVariables(
  typed: readonly TypedVariable[] | null | undefined,
  ours: OwnOperation | undefined,
  errors: UserError[],
): readonly TemplateVariable[] {
  if (typed == null) return ours?.variables ?? [];
  if (typed.length > maxVariables) {
    errors.push(fault('TOO_LONG', ['variables'], `Declare at most ${maxVariables} variables.`));
    return [];
  }
  const seen = new Set<string>();
  return typed.map(({ name, type, required }, index) => {
    const variable: TemplateVariable = { name, type: type ?? 'STRING', required: required ?? true };
    const wrong = judgeName(name, seen) ?? judgeUse(variable, ours);
    if (wrong) errors.push(fault(wrong.code, ['variables', String(index), wrong.member], wrong.message));
    seen.add(name);
    return variable;
  });
}

type Wrong = { code: UserError['code']; member: 'name' | 'type'; message: string };

function judgeName(name: string, seen: ReadonlySet<string>): Wrong | undefined {
  const invalid = (message: string): Wrong => ({ code: 'INVALID_FORMAT', member: 'name', message });
  if (!isVariableName(name)) {
    return invalid('Use letters, digits and underscores, beginning with a letter: orderNumber.');
  }
  if (reserved.has(name)) return invalid('This word is a part of Liquid. Choose another name.');
  return seen.has(name) ? invalid('Two variables have this name. Declare it once.') : undefined;
}

function judgeUse({ name, type }: TemplateVariable, ours: OwnOperation | undefined): Wrong | undefined {
  if (!ours) {
    if (name !== 'code') return undefined;
    const message =
      'Only operations by which Atrium sends one-time codes have a variable code. Choose another name, such as couponCode.';
    return { code: 'NOT_ALLOWED', member: 'name', message };
  }
  const given = ours.variables.find((each) => each.name === name);
  const names = ours.variables.map((each) => each.name).join(', ');
  if (!given) {
    return {
      code: 'VARIABLE_UNKNOWN',
      member: 'name',
      message: `Atrium itself sends this operation, and gives it: ${names}.`,
    };
  }
  if (given.type === type) return undefined;
  return { code: 'TEMPLATE_INVALID', member: 'type', message: `Atrium gives this variable as ${given.type}.` };
}

function readSubject({ channel, subject }: TypedTemplate, errors: UserError[]): string | null {
  if (channel === 'SMS') {
    if (subject != null) errors.push(fault('NOT_ALLOWED', ['subject'], 'An SMS has no subject. Leave it out.'));
    return null;
  }
  const text = readPart('subject', subject ?? '', maxLength.subject, errors);
  if (/[\n\t]/.test(text)) errors.push(fault('INVALID_FORMAT', ['subject'], 'Write the subject in one line.'));
  return text;
}

function readHtml({ channel, html }: TypedTemplate, errors: UserError[]): string | null {
  if (html == null) return null;
  if (channel === 'SMS') {
    errors.push(fault('NOT_ALLOWED', ['html'], 'An SMS has no HTML. Leave it out.'));
    return null;
  }
  return readPart('html', html, maxLength.html, errors);
}

function readPart(field: 'subject' | 'body' | 'html', typed: string, limit: number, errors: UserError[]): string {
  const text = typed.replace(/\r\n?/g, '\n').trim();
  if (text === '') errors.push(fault('REQUIRED', [field], 'Write the text.'));
  if (text.length > limit) errors.push(fault('TOO_LONG', [field], `Write at most ${limit} characters.`));
  if (/[^\P{Cc}\n\t]/u.test(text) || !text.isWellFormed()) {
    errors.push(fault('INVALID_FORMAT', [field], 'Write the text without control characters; line breaks are fine.'));
  }
  return text;
}

function fault(code: UserError['code'], path: string[], message: string): UserError {
  return { code, field: ['input', ...path], message };
}
