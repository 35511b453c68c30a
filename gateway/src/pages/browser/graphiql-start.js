const settings = JSON.parse(document.getElementById('settings').textContent);

const workers = {
  editorWorkerService: '/graphiql/editor.worker.js',
  json: '/graphiql/json.worker.js',
  graphql: '/graphiql/graphql.worker.js',
};
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };

const tabs = settings.operations.map(({ name, document: query, variables }) => ({ name, query, variables }));
const address = new URL(location.href);
const wanted = tabs.find(({ name }) => name === address.searchParams.get('operation'));
const shared = address.searchParams.get('query');
const kept = keptTab();

/** The tab that was open when this browser last left the page. Unless GraphiQL is told of it, it adds an empty one. */
function keptTab() {
  try {
    const { tabs: stored, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
    return stored[activeTabIndex];
  } catch {
    return undefined;
  }
}

function openTab() {
  if (wanted) return wanted;
  // GraphiQL writes the query into the address at every stroke: one that is not the kept tab's came by a link.
  if (shared && shared !== kept?.query) return { query: shared };
  return kept ?? tabs[0];
}

// The address names an operation once. From then on the tabs that the browser keeps say what is open.
address.search = '';
history.replaceState({}, '', address);
const { query, variables } = openTab();

self.YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  endpoint: '/graphql',
  title: '<a href="/">Atrium</a>',
  logo: '<svg width="28" height="28" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"><path d="M5 27V16a11 11 0 0 1 22 0v11"/><path d="M12 27V16a4 4 0 0 1 8 0v11"/></svg>',
  additionalHeaders: settings.apiKey ? { 'x-api-key': settings.apiKey } : {},
  // What somebody types as a header may be a key of theirs, which has no place in the browser's storage.
  shouldPersistHeaders: false,
  defaultTabs: [{ query, variables }, ...tabs.filter((tab) => tab.query !== query)],
  query,
  variables,
});
