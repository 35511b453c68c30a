import type { FastifyInstance } from 'fastify';
import { createPageFile, type PageFile, sendPageFile } from './files.ts';
import { type GraphiqlFile, graphiqlPage, loadGraphiqlFiles } from './graphiql.ts';
import { inboxPage } from './inbox.ts';
import { landingPage } from './landing.ts';
import { type PageOptions, readPageFile, sendPage } from './page.ts';

export { landingPage } from './landing.ts';
export { type Page, type PageOptions, sendPage } from './page.ts';
export { wantsPage } from './wants-page.ts';

/** The scripts and styles of our own pages, served under /pages/. */
const ownFiles = [
  'base.css',
  'landing.css',
  'landing.js',
  'inbox.css',
  'inbox.js',
  'inbox-message.js',
  'inbox-rules.js',
  'copy.js',
  'graphiql-start.js',
];

/** GraphiQL's own, served under /graphiql/. */
const graphiqlFiles: GraphiqlFile[] = [
  'graphiql.js',
  'graphiql.css',
  'editor.worker.js',
  'json.worker.js',
  'graphql.worker.js',
];

/**
 * Registers the pages for people: / always, /graphiql and /inbox in development. All of them refuse a host that is not
 * this gateway's: a page elsewhere could have its own name resolve to this machine and read the key or the codes.
 */
export function registerPages(app: FastifyInstance, options: PageOptions): void {
  app.register(async (pages) => {
    pages.addHook('onRequest', async (request, reply) => {
      if (options.hostAllowed(request.headers.host)) return;
      return reply
        .status(403)
        .type('text/plain; charset=utf-8')
        .send(`This page answers under its own host name only. Open ${options.publicUrl} instead.\n`);
    });
    pages.get('/', async (_request, reply) => sendPage(reply, landingPage(options)));
    for (const name of ownFiles) {
      const file = createPageFile(name, readPageFile(name));
      pages.get(`/pages/${name}`, async (request, reply) => sendPageFile(request, reply, file));
    }
    if (!options.development) return;
    pages.get('/inbox', async (_request, reply) => sendPage(reply, inboxPage()));
    registerGraphiql(pages, options.developmentApiKey);
  });
}

function registerGraphiql(pages: FastifyInstance, apiKey: string | undefined): void {
  let loading: Promise<Record<GraphiqlFile, PageFile>> | undefined;
  const load = async () => {
    const files = await loadGraphiqlFiles();
    const ready = graphiqlFiles.map((name) => [name, createPageFile(name, files[name])] as const);
    return Object.fromEntries(ready) as Record<GraphiqlFile, PageFile>;
  };
  pages.get('/graphiql', async (_request, reply) => sendPage(reply, graphiqlPage(apiKey)));
  for (const name of graphiqlFiles) {
    pages.get(`/graphiql/${name}`, async (request, reply) => {
      loading ??= load();
      return sendPageFile(request, reply, (await loading)[name]);
    });
  }
}
