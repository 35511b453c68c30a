const settings = JSON.parse(document.getElementById('settings').textContent);

const workers = {
  editorWorkerService: '/graphiql/editor.worker.js',
  json: '/graphiql/json.worker.js',
  graphql: '/graphiql/graphql.worker.js',
};
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };

const address = new URL(location.href);
const wanted = settings.operations.find(({ name }) => name === address.searchParams.get('operation'));
// The address names an operation once. From then on the tabs that the browser keeps say what is open.
address.searchParams.delete('operation');
if (wanted) address.searchParams.delete('query');
history.replaceState({}, '', address);

const firstVisit = localStorage.getItem('graphiql:tabState') === null;
const [first = wanted] = settings.operations;
const shown = wanted ?? (firstVisit ? first : undefined);
const others = settings.operations.filter((operation) => operation !== shown);
const tab = ({ document: query, variables }) => ({ query, variables });

self.YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  endpoint: '/graphql',
  title: '<a href="/">Atrium</a>',
  additionalHeaders: settings.apiKey ? { 'x-api-key': settings.apiKey } : {},
  // What somebody types as a header may be a key of theirs, which has no place in the browser's storage.
  shouldPersistHeaders: false,
  defaultTabs: (shown ? [shown, ...others] : others).map(tab),
  ...(shown ? tab(shown) : {}),
});
