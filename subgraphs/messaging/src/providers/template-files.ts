import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { MessageTemplate } from '../domain/template.ts';

const description = z.strictObject({
  carriesCode: z.boolean(),
  variables: z.array(z.strictObject({ name: z.string(), required: z.boolean() })),
});

/**
 * Reads the templates that the service ships: a folder for each operation, with variables.json and, by channel and
 * language, `sms.hi.txt`, `email.hi.subject.txt`, `email.hi.txt` and `email.hi.html`.
 */
export function readTemplateFiles(folder: string): MessageTemplate[] {
  return readdirSync(folder).flatMap((operation) => readOperation(join(folder, operation), operation));
}

function readOperation(folder: string, operation: string): MessageTemplate[] {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
  const { carriesCode, variables } = description.parse(JSON.parse(read('variables.json')));
  return readdirSync(folder).flatMap((name): MessageTemplate[] => {
    const [, channel, locale = ''] = /^(sms|email)\.([\w-]+)\.txt$/.exec(name) ?? [];
    if (channel === undefined) return [];
    const base = { operation, locale, body: read(name), carriesCode, variables };
    if (channel === 'sms') return [{ ...base, channel: 'SMS', subject: null, html: null }];
    const subject = read(`email.${locale}.subject.txt`);
    return [{ ...base, channel: 'EMAIL', subject, html: read(`email.${locale}.html`) }];
  });
}
