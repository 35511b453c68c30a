import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { OwnOperation, TemplateText } from '../domain/template.ts';

const description = z.strictObject({
  carriesCode: z.boolean(),
  variables: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['STRING', 'NUMBER', 'BOOLEAN', 'DATE_TIME', 'URL']),
      required: z.boolean(),
    }),
  ),
});

/** What the service comes with: the operations that it sends itself, and their texts. */
export interface ShippedTemplates {
  readonly operations: ReadonlyMap<string, OwnOperation>;
  readonly texts: readonly TemplateText[];
}

/**
 * Reads the templates that the service ships: a folder for each operation, with variables.json and, by channel and
 * language, `sms.hi.txt`, `email.hi.subject.txt` and `email.hi.txt`, from which the HTML part is made; `email.hi.html`
 * where it is to be another.
 */
export function readTemplateFiles(folder: string): ShippedTemplates {
  const names = readdirSync(folder);
  const operations = new Map(names.map((name) => [name, readOperation(join(folder, name))]));
  return {
    operations,
    texts: [...operations].flatMap(([name, operation]) => readTexts(join(folder, name), name, operation)),
  };
}

function readOperation(folder: string): OwnOperation {
  return description.parse(JSON.parse(readFileSync(join(folder, 'variables.json'), 'utf8')));
}

function readTexts(folder: string, operation: string, own: OwnOperation): TemplateText[] {
  const files = readdirSync(folder);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
  return files.flatMap((name): TemplateText[] => {
    const [, channel, locale = ''] = /^(sms|email)\.([\w-]+)\.txt$/.exec(name) ?? [];
    if (channel === undefined) return [];
    const base = { operation, locale, body: read(name), ...own };
    if (channel === 'sms') return [{ ...base, channel: 'SMS', subject: null, html: null }];
    const html = `email.${locale}.html`;
    return [
      {
        ...base,
        channel: 'EMAIL',
        subject: read(`email.${locale}.subject.txt`),
        html: files.includes(html) ? read(html) : null,
      },
    ];
  });
}
