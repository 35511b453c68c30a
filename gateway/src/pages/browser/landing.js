import { copyOnClick } from './copy.js';

const settings = JSON.parse(document.getElementById('settings').textContent);
const waiting = document.getElementById('waiting');
const offer = document.getElementById('offer');
const preview = document.getElementById('preview');
const target = document.getElementById('sandbox');
const links = [...document.querySelectorAll('[data-operation]')];

let sandbox;
let answered = false;

for (const button of document.querySelectorAll('[data-copy]')) {
  const text = document.getElementById(button.dataset.copy).textContent;
  copyOnClick(button, text, document.getElementById('announcement'));
}

function offerGraphiql() {
  waiting.hidden = true;
  offer.hidden = false;
}

/** Sandbox hands its requests to this page, so the key is added here and never leaves for Apollo's servers. */
function sendWithKey(url, options = {}) {
  const headers = new Headers(options.headers);
  if (!headers.has('x-api-key') && !headers.has('authorization')) headers.set('x-api-key', settings.apiKey);
  return fetch(url, { ...options, headers });
}

/** Shows Sandbox with the operation. It takes an operation only when it starts, so another one starts it anew. */
function showInSandbox({ name, document: source, variables }) {
  sandbox?.dispose();
  target.hidden = false;
  sandbox = new window.EmbeddedSandbox({
    target: '#sandbox',
    initialEndpoint: new URL('/graphql', location.href).href,
    endpointIsEditable: false,
    initialState: { document: source, variables: JSON.parse(variables), includeCookies: false },
    handleRequest: sendWithKey,
    hideCookieToggle: true,
    runTelemetry: false,
    allowDynamicStyles: false,
  });
  for (const link of links) {
    if (link.dataset.operation === name) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

for (const link of links) {
  link.addEventListener('click', (event) => {
    // Without Sandbox the link leads to GraphiQL, as it does for who asks for a new tab.
    if (!sandbox || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showInSandbox(settings.operations.find(({ name }) => name === link.dataset.operation));
  });
}

// The script may come and its frame may not, so only a word from the frame counts as an answer.
window.addEventListener('message', (event) => {
  if (event.origin !== settings.sandboxOrigin) return;
  answered = true;
  waiting.hidden = true;
  offer.hidden = true;
});
setTimeout(() => {
  if (!answered) offerGraphiql();
}, settings.sandboxPatienceMs);

const script = document.createElement('script');
script.src = settings.sandboxScript;
script.async = true;
script.addEventListener('error', offerGraphiql);
script.addEventListener('load', () => {
  preview.hidden = true;
  showInSandbox(settings.operations[0]);
});
// A script that never comes must not keep the page from having loaded.
addEventListener('load', () => document.head.append(script));
