import { readFileSync } from 'node:fs';
import { print } from 'graphql';
import type { Operation } from '../use/operation.ts';

/** GraphiQL in one page that needs no network, with the repository's operations as tabs. */
export async function graphiqlPage(operations: readonly Operation[]): Promise<string> {
  // The editor is 9 MB of text, so it is loaded only once somebody asks for the page.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  // Queries first: who opens the page for the first time presses the button without changing anything.
  const ordered = operations.toSorted((a, b) => Number(isMutation(a)) - Number(isMutation(b)));
  const defaultTabs = ordered.map((operation) => ({
    query: commented(operation),
    variables: JSON.stringify(operation.variables ?? {}, null, 2),
  }));
  const [first] = defaultTabs;
  return renderGraphiQL({
    title: 'Mocked graph',
    endpoint: '/graphql',
    // Without these GraphiQL opens the first tab with its query and no variables.
    ...first,
    defaultTabs,
  } as Parameters<typeof renderGraphiQL>[0]);
}

function isMutation({ definition }: Operation): boolean {
  return definition.operation === 'mutation';
}

/** The operation with the comments of its file, where the file holds it alone. */
function commented({ definition, document, file, origin, entryLine }: Operation): string {
  if (origin || entryLine !== undefined || document.definitions.length > 1) return print(document);
  const text = definition.loc?.source.body ?? readFileSync(file, 'utf8');
  return text.trim();
}
