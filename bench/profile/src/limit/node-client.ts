// Stands in for pgbench: as many connections as it is told, each of which sends its next statement when it has its answer.
import { appendFileSync } from 'node:fs';
import pg from 'pg';
import type { SqlJob } from './sql-client.ts';

const { url, connections, pg: statement, logFile } = JSON.parse(process.argv[2] ?? '') as SqlJob & { logFile: string };
const { text, places } = statement;
const clients = await Promise.all(
  Array.from({ length: connections }, async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  }),
);
const begun = performance.now();
let times: string[] = [];
let told = begun;
setInterval(() => {
  const now = performance.now();
  const perSecond = times.length / ((now - told) / 1_000);
  // First, for whoever is told may end this at once.
  appendFileSync(logFile, times.join(''));
  process.stderr.write(`progress: ${((now - begun) / 1_000).toFixed(1)} s, ${perSecond.toFixed(1)} tps\n`);
  times = [];
  told = now;
}, 1_000);
for (const [number, client] of clients.entries()) {
  void (async () => {
    for (let count = 0; ; count += 1) {
      const sent = performance.now();
      const values = places === undefined ? [] : [String(Math.floor(Math.random() * places))];
      await client.query({ name: 'statement', text, values });
      times.push(`${number} ${count} ${Math.round((performance.now() - sent) * 1_000)}\n`);
    }
  })();
}
