import { z } from 'zod';
import type { TemplateStore } from '../domain/ports.ts';
import type { MessageTemplate } from '../domain/template.ts';
import type { Database } from './database.ts';

const variables = z.array(z.object({ name: z.string(), required: z.boolean() }));

/** The templates that messages are made from. */
export function createTemplateStore(database: Database): TemplateStore {
  return {
    async findTemplates(operation) {
      const rows = await database.messageTemplate.findMany({ where: { operation } });
      return rows.map((row) => ({ ...row, variables: variables.parse(row.variables) }));
    },
  };
}

/**
 * Brings the templates that the service ships into the table. Those that an operator has changed stay as they are; a
 * version counts the changes of a text, not the starts of the service.
 */
export async function seedTemplates(database: Database, templates: readonly MessageTemplate[]): Promise<void> {
  const rows = JSON.stringify(templates);
  await database.$executeRaw`
    INSERT INTO message_templates AS t (operation, channel, locale, subject, body, html, variables, carries_code)
    SELECT operation, channel, locale, subject, body, html, variables, "carriesCode"
    FROM json_to_recordset(${rows}::json) AS shipped(
      operation text, channel message_channel, locale text, subject text, body text, html text, variables jsonb,
      "carriesCode" boolean)
    ORDER BY 1, 2, 3
    ON CONFLICT (operation, channel, locale) DO UPDATE
      SET version = t.version + 1, subject = excluded.subject, body = excluded.body, html = excluded.html,
          variables = excluded.variables, carries_code = excluded.carries_code, updated_at = now()
      WHERE t.seeded AND (t.subject, t.body, t.html, t.variables, t.carries_code)
        IS DISTINCT FROM (excluded.subject, excluded.body, excluded.html, excluded.variables, excluded.carries_code)`;
}
