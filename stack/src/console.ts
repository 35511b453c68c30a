import { styleText } from 'node:util';
import Table from 'cli-table3';
import { serviceNames } from './repository.ts';
import type { Progress, Stack } from './stack.ts';

type Style = Parameters<typeof styleText>[0];

// styleText leaves colours out where the stream is no terminal, and where NO_COLOR says so.
const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** One line for a step that is done. */
export function showProgress({ step, ms, detail }: Progress): void {
  const took = styled('dim', `${ms} ms`.padStart(9));
  console.log(`${styled('green', '✔')} ${step.padEnd(12)}${took}  ${styled('dim', detail ?? '')}`.trimEnd());
}

/** One line of news about a running stack. */
export function showNews(news: string): void {
  console.log(`${styled('yellow', '•')} ${news}`);
}

/** What one needs to begin: addresses, the key, and a request to paste. */
export function showReady(stack: Stack, ms: number): void {
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    ['GraphQL', `${stack.gatewayUrl}/graphql`],
    ['GraphiQL', `${stack.gatewayUrl}/graphiql`],
    ['Inbox', stack.inboxUrl],
    ['API key', `${stack.apiKey}  (all scopes)`],
    ...serviceNames
      .slice(1)
      .map((name) => [name, `${stack.services[name].url}  (process ${stack.services[name].pid})`]),
    ['PostgreSQL', stack.postgres ? `127.0.0.1:${stack.postgres.port}` : 'your own'],
    ['Data', stack.dataDir],
  );
  console.log(`\n${styled('bold', `Ready in ${(ms / 1000).toFixed(1)} s.`)} Ctrl-C stops all of it.\n`);
  console.log(table.toString());
  console.log(`\n${styled('bold', 'Create a person')}, then read the code in the inbox:\n\n${createUserCurl(stack)}\n`);
}

/** The request that creates the first person, for a POSIX shell. */
export function createUserCurl({ gatewayUrl, apiKey }: Pick<Stack, 'gatewayUrl' | 'apiKey'>): string {
  const query =
    'mutation CreateUser($input: CreateUserInput!) { createUser(input: $input) ' +
    '{ user { id name phoneNumber phoneVerification { status } } userErrors { code field message } } }';
  const input = { name: 'Asha Rao', phoneNumber: '098765 43210', country: 'IN', location: 'Pune' };
  const body = JSON.stringify({ query, variables: { input } });
  return [
    `curl -s ${gatewayUrl}/graphql \\`,
    `  -H 'content-type: application/json' -H 'x-api-key: ${apiKey}' \\`,
    `  -d '${body}'`,
  ].join('\n');
}
