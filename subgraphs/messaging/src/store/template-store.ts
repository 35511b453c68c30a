import { z } from 'zod';
import type { TemplateArchive } from '../domain/ports.ts';
import type { MessageTemplate, TemplateKey, TemplateText } from '../domain/template.ts';
import type { Database, Transaction } from './database.ts';
import { Prisma } from './generated/client.ts';

const variables = z.array(
  z.object({
    name: z.string(),
    type: z.enum(['STRING', 'NUMBER', 'BOOLEAN', 'DATE_TIME', 'URL']),
    required: z.boolean(),
  }),
);

/** How many versions of one template are shown. */
const maxVersions = 100;

const columns = Prisma.sql`
  v.operation, v.channel::text AS channel, v.locale, v.version, v.shipped, v.subject, v.body, v.html, v.variables,
  v.carries_code AS "carriesCode", v.created_at AS "updatedAt"`;

/** The texts that count at this moment, by operation, channel and language. */
export async function readCurrentTemplates(database: Database | Transaction): Promise<MessageTemplate[]> {
  return toTemplates(
    await database.$queryRaw`
      SELECT ${columns} FROM message_templates AS t
      JOIN message_template_versions AS v
        ON (v.operation, v.channel, v.locale, v.version) = (t.operation, t.channel, t.locale, t.current_version)
      ORDER BY v.operation, v.channel, v.locale COLLATE "C"`,
  );
}

/** The templates' versions. `onChange` is told of each change once it is durable. */
export function createTemplateArchive(
  database: Database,
  { maxTemplates, onChange }: { maxTemplates: number; onChange: () => void },
): TemplateArchive {
  return {
    async saveTemplate(text, clientId) {
      if (await isOneTooMany(database, text, maxTemplates)) return undefined;
      const saved = await database.$transaction(async (tx) => {
        await makeTemplate(tx, text);
        const current = await readCurrent(tx, text);
        if (current && !current.shipped && sameText(current, text)) return current;
        const [version] = toTemplates(await addVersion(tx, text, clientId));
        return version;
      });
      onChange();
      return saved;
    },

    async removeTemplate(key) {
      const outcome = await database.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT FROM message_templates AS t WHERE ${isKey('t', key)} FOR UPDATE`;
        const current = await readCurrent(tx, key);
        if (!current) return 'absent';
        if (current.shipped) return 'shipped';
        await tx.$executeRaw`
          UPDATE message_templates SET updated_at = now(), current_version = (
            SELECT max(version) FROM message_template_versions AS v WHERE shipped AND ${isKey('v', key)}
          ) WHERE ${isKey('message_templates', key)}`;
        return 'removed';
      });
      onChange();
      return outcome;
    },

    async findVersions(key) {
      return toTemplates(
        await database.$queryRaw`
          SELECT ${columns} FROM message_template_versions AS v
          WHERE ${isKey('v', key)} ORDER BY v.version DESC LIMIT ${maxVersions}`,
      );
    },
  };
}

/** Locks the row of a template, which is made where there is none. Who comes second waits, and sees the first one's text. */
async function makeTemplate(tx: Transaction, key: TemplateKey): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO message_templates AS t (operation, channel, locale, last_version)
    VALUES (${key.operation}, ${key.channel}::message_channel, ${key.locale}, 0)
    ON CONFLICT (operation, channel, locale) DO UPDATE SET locale = t.locale`;
}

async function readCurrent(tx: Database | Transaction, key: TemplateKey): Promise<MessageTemplate | undefined> {
  const [current] = toTemplates(
    await tx.$queryRaw`
      SELECT ${columns} FROM message_templates AS t
      JOIN message_template_versions AS v
        ON (v.operation, v.channel, v.locale, v.version) = (t.operation, t.channel, t.locale, t.current_version)
      WHERE ${isKey('t', key)}`,
  );
  return current;
}

/** Whether a text would be one more template than there may be. Some that come at the same moment pass together. */
async function isOneTooMany(database: Database, key: TemplateKey, maxTemplates: number): Promise<boolean> {
  if (await readCurrent(database, key)) return false;
  return (await database.messageTemplate.count({ where: { currentVersion: { not: null } } })) >= maxTemplates;
}

function addVersion(tx: Transaction, text: TemplateText, clientId: string): Promise<unknown> {
  return tx.$queryRaw`
    WITH counted AS (
      UPDATE message_templates SET last_version = last_version + 1, current_version = last_version + 1, updated_at = now()
      WHERE ${isKey('message_templates', text)}
      RETURNING last_version
    )
    INSERT INTO message_template_versions AS v (
      operation, channel, locale, version, shipped, subject, body, html, variables, carries_code, client_id)
    SELECT ${text.operation}, ${text.channel}::message_channel, ${text.locale}, last_version, false, ${text.subject},
      ${text.body}, ${text.html}, ${JSON.stringify(text.variables)}::jsonb, ${text.carriesCode}, ${clientId}
    FROM counted
    RETURNING ${columns}`;
}

/**
 * Brings the texts that the service ships into the archive. One that differs from the last that was shipped becomes a
 * further version; it counts unless an operator's text does. A version counts the changes of a text, not the starts of
 * the service.
 */
export async function seedTemplates(database: Database, templates: readonly TemplateText[]): Promise<void> {
  const rows = JSON.stringify(templates);
  await database.$transaction([
    // Services that start at once would otherwise each add the same version.
    database.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('seed message templates'))`,
    database.$executeRaw`
      WITH given AS (
        SELECT * FROM json_to_recordset(${rows}::json) AS shipped(
          operation text, channel message_channel, locale text, subject text, body text, html text, variables jsonb,
          "carriesCode" boolean)
      ), changed AS (
        SELECT g.* FROM given AS g
        LEFT JOIN LATERAL (
          SELECT * FROM message_template_versions AS v
          WHERE (v.operation, v.channel, v.locale) = (g.operation, g.channel, g.locale) AND v.shipped
          ORDER BY v.version DESC LIMIT 1
        ) AS last ON true
        WHERE (g.subject, g.body, g.html, g.variables, g."carriesCode")
          IS DISTINCT FROM (last.subject, last.body, last.html, last.variables, last.carries_code)
      ), counted AS (
        INSERT INTO message_templates AS t (operation, channel, locale, last_version, current_version)
        SELECT operation, channel, locale, 1, 1 FROM changed ORDER BY 1, 2, 3
        ON CONFLICT (operation, channel, locale) DO UPDATE
          SET last_version = t.last_version + 1, updated_at = now(),
              current_version = CASE WHEN t.current_version IS NULL OR EXISTS (
                SELECT FROM message_template_versions AS v
                WHERE (v.operation, v.channel, v.locale, v.version) = (t.operation, t.channel, t.locale, t.current_version)
                  AND v.shipped
              ) THEN t.last_version + 1 ELSE t.current_version END
        RETURNING operation, channel, locale, last_version
      )
      INSERT INTO message_template_versions (
        operation, channel, locale, version, shipped, subject, body, html, variables, carries_code)
      SELECT operation, channel, locale, last_version, true, subject, body, html, variables, "carriesCode"
      FROM changed JOIN counted USING (operation, channel, locale)`,
  ]);
}

function isKey(table: 'v' | 't' | 'message_templates', { operation, channel, locale }: TemplateKey): Prisma.Sql {
  const columnsOf = Prisma.raw(`(${table}.operation, ${table}.channel, ${table}.locale)`);
  return Prisma.sql`${columnsOf} = (${operation}, ${channel}::message_channel, ${locale})`;
}

function toTemplates(rows: unknown): MessageTemplate[] {
  return (rows as MessageTemplate[]).map((row) => ({ ...row, variables: variables.parse(row.variables) }));
}

function sameText(a: TemplateText, b: TemplateText): boolean {
  const textOf = ({ subject, body, html, variables: declared }: TemplateText): string =>
    JSON.stringify([subject, body, html, declared.map(({ name, type, required }) => [name, type, required])]);
  return textOf(a) === textOf(b);
}
