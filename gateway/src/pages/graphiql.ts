import { flowOperations } from './operations.ts';
import { createNonce, createPage, fillTemplate, type Page, readPageFile, settingsElement } from './page.ts';

/** The files of GraphiQL by the names that the page asks for them. */
export type GraphiqlFile = 'graphiql.js' | 'graphiql.css' | 'editor.worker.js' | 'json.worker.js' | 'graphql.worker.js';

/** The same, with the content. */
export type GraphiqlFiles = Record<GraphiqlFile, string>;

/** Loads GraphiQL with its editor: 9 MB, so only once somebody asks for the page. */
export async function loadGraphiqlFiles(): Promise<GraphiqlFiles> {
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } = await import(
    '@graphql-yoga/render-graphiql/graphiql'
  );
  return {
    'graphiql.js': js,
    'graphiql.css': css,
    'editor.worker.js': editorWorkerService,
    'json.worker.js': jsonWorker,
    'graphql.worker.js': graphqlWorker,
  };
}

/**
 * GraphiQL from this machine alone. The key goes with every request but stands in no tab: tabs outlive the page in the
 * browser's storage, and an old key in them would outlive the key itself. A header typed in a tab wins over it.
 */
export function graphiqlPage(apiKey: string | undefined): Page {
  const nonce = createNonce();
  const settings = {
    apiKey,
    operations: flowOperations().map(({ name, document, variables }) => ({ name, document, variables })),
  };
  const html = fillTemplate(readPageFile('graphiql.html'), { nonce, settings: settingsElement(settings) });
  return createPage(html, {
    script: [`'nonce-${nonce}'`],
    // The editor writes its colours and measures into style elements of its own.
    style: ["'self'", "'unsafe-inline'"],
    connect: ["'self'"],
    image: ['data:'],
    font: ['data:'],
    worker: ["'self'"],
  });
}
