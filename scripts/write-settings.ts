// Writes docs/SETTINGS.md and .env.example from the typed settings; with --check it only says whether they are current.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commonSettings, type SettingsDefinition } from '../service-kit/src/settings.ts';
import { settingsSchema } from '../stack/src/settings.ts';

const root = resolve(import.meta.dirname, '..');
const services = ['gateway', 'profile', 'image', 'messaging'];

interface Row {
  name: string;
  fallback: string;
  meaning: string;
}

async function serviceRows(service: string): Promise<Row[]> {
  const folder = service === 'gateway' ? service : `subgraphs/${service}`;
  const { settings } = (await import(join(root, folder, 'src/config.ts'))) as { settings: SettingsDefinition };
  const own = Object.entries(settings).filter(([name]) => !(name in commonSettings));
  return own.map(([, setting]) => toRow(setting));
}

function toRow({ env, meaning, fallback, secret, schema, productionMinimum }: SettingsDefinition[string]): Row {
  const absent = schema.safeParse(undefined).success ? 'none' : 'required';
  const minimum = productionMinimum === undefined ? '' : `; at least ${productionMinimum} in production`;
  return {
    name: env,
    fallback: fallback || absent,
    meaning: `${meaning}${minimum}${secret ? '. Secret' : ''}`,
  };
}

function stackRows(): Row[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    const shown = name === 'DATA_DIR' ? '.data' : fallback;
    return { name, fallback: shown === undefined ? 'none' : String(shown), meaning: schema.description ?? '' };
  });
}

function toTable(rows: Row[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(({ name, fallback, meaning }) => {
    const preset = ['none', 'required'].includes(fallback) ? fallback : `\`${fallback}\``;
    return `| \`${name}\` | ${cell(preset)} | ${cell(meaning)} |`;
  });
  return ['| setting | default | meaning |', '|---|---|---|', ...lines].join('\n');
}

function toExample(rows: Row[]): string {
  return rows
    .map(({ name, fallback, meaning }) => {
      const value = ['none', 'required'].includes(fallback) ? '' : fallback;
      return `# ${meaning}\n#${name}=${value}`;
    })
    .join('\n\n');
}

const own = await Promise.all(services.map(async (service) => ({ service, rows: await serviceRows(service) })));
const common = Object.values(commonSettings).map(toRow);
const stack = stackRows();

const page = `# Settings

Written by \`npm run settings\` from the typed settings; do not edit. Every process reads its settings once, tells all faults together
and ends with status 1. An empty variable counts as not set. Durations are in milliseconds and sizes in bytes.

\`npm start\` needs none of them: it makes development secrets in \`.data\` and hands each service what it needs.

## The stack on one machine

${toTable(stack)}

A service's own settings below may stand in the same environment: the stack passes them on.

## Every service

${toTable(common)}

${own.map(({ service, rows }) => `## ${service}\n\n${toTable(rows)}`).join('\n\n')}
`;

const example = `# Written by \`npm run settings\`; docs/SETTINGS.md explains more. Copy to .env and uncomment what you want to change:
# \`npm start\` reads it.

${toExample(stack)}
`;

const stale = Object.entries({ 'docs/SETTINGS.md': page, '.env.example': example }).filter(([file, text]) => {
  const path = join(root, file);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is not current: run npm run settings`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [file, text] of stale) writeFileSync(join(root, file), text);
  console.log(
    stale.length > 0
      ? `wrote ${stale.map(([file]) => file).join(', ')}`
      : 'docs/SETTINGS.md and .env.example are current',
  );
}
