import { stripIgnoredCharacters } from 'graphql';
import { flowOperations, type Operation } from './operations.ts';
import {
  createNonce,
  createPage,
  escapeHtml,
  fillTemplate,
  type Page,
  type PageOptions,
  readPageFile,
  settingsElement,
} from './page.ts';

const sandboxCdn = 'https://embeddable-sandbox.cdn.apollographql.com';
const sandboxFrame = 'https://sandbox.embed.apollographql.com';
const sandboxStudio = 'https://studio.apollographql.com';

/** How long people wait for Sandbox before the page offers GraphiQL. */
const sandboxPatienceMs = 3_000;

/** The page that people see at / and, with a browser, at /graphql. */
export function landingPage(options: Omit<PageOptions, 'hostAllowed'>): Page {
  return options.development ? developmentPage(options) : plainPage(options.publicUrl);
}

/** Apollo Sandbox preset to this gateway, with the key, the addresses and the flow's operations beside it. */
function developmentPage(options: Omit<PageOptions, 'hostAllowed'>): Page {
  const nonce = createNonce();
  const operations = flowOperations();
  const first = operations[0];
  if (!first) throw new Error('operations/ holds no operation.');
  const endpoint = new URL('/graphql', options.publicUrl).href;
  const apiKey = options.developmentApiKey ?? '';
  const html = fillTemplate(readPageFile('landing.html'), {
    nonce,
    endpoint: escapeHtml(endpoint),
    apiKey: escapeHtml(apiKey),
    operations: operations.map(listItem).join('\n'),
    curl: escapeHtml(curlCommand(endpoint, apiKey, first)),
    document: escapeHtml(first.document),
    variables: escapeHtml(first.variables),
    firstOperation: escapeHtml(first.name),
    settings: settingsElement({
      // The `v2` bundle is the one whose options @apollo/server 5 itself relies on.
      sandboxScript: `${sandboxCdn}/v2/embeddable-sandbox.umd.production.min.js`,
      sandboxOrigin: sandboxFrame,
      sandboxPatienceMs,
      apiKey,
      operations: operations.map(({ name, document, variables }) => ({ name, document, variables })),
    }),
  });
  return createPage(html, {
    script: [`'nonce-${nonce}'`, sandboxCdn],
    style: [`'nonce-${nonce}'`, sandboxCdn],
    connect: ["'self'"],
    image: ["'self'", 'data:', sandboxCdn],
    frame: [sandboxFrame, sandboxStudio],
  });
}

/** In production: what this is and how to call it; no key, no tool. */
function plainPage(publicUrl: string): Page {
  const nonce = createNonce();
  const endpoint = escapeHtml(new URL('/graphql', publicUrl).href);
  return createPage(fillTemplate(readPageFile('plain.html'), { nonce, endpoint }), {
    script: ["'none'"],
    style: [`'nonce-${nonce}'`],
    image: ['data:'],
  });
}

function listItem({ name, operationName, kind, summary }: Operation): string {
  return `<li><a href="/graphiql?operation=${encodeURIComponent(name)}" data-operation="${escapeHtml(name)}">
<span class="operation-name">${escapeHtml(operationName)}</span> <span class="badge">${kind}</span>
<span class="operation-summary">${escapeHtml(summary)}</span></a></li>`;
}

/** The operation as a command for a POSIX shell. */
function curlCommand(endpoint: string, apiKey: string, operation: Operation): string {
  const query = stripIgnoredCharacters(operation.document);
  const body = JSON.stringify({ query, variables: JSON.parse(operation.variables) });
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl ${quote(endpoint)}`,
    `-H 'content-type: application/json'`,
    `-H ${quote(`x-api-key: ${apiKey}`)}`,
    `-d ${quote(body)}`,
  ].join(' \\\n  ');
}
