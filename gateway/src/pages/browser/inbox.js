import { messageElement, showState, showTimes } from './inbox-message.js';
import { refreshRules, startRules } from './inbox-rules.js';

const list = document.getElementById('messages');
const empty = document.getElementById('empty');
const state = document.getElementById('state');
const filter = document.getElementById('filter');
const tabs = [...document.getElementById('tabs').children];
const announcement = document.getElementById('announcement');

/** Without live events the page asks this often. */
const pollMs = 2_000;
/** A stream that the browser has given up is asked for again this often. */
const reopenMs = 10_000;
/** As many messages as are kept in the page. */
const limit = 500;

/** What is shown, newest first: `{ message, element }`. */
const shown = [];
/** The channel whose messages are shown; empty for all. */
let channel = '';
let loadedOnce = false;
let unseen = 0;
let polling;

const states = {
  live: 'Live',
  polling: 'Checking every 2 seconds',
  away: 'Atrium does not answer; trying again',
  absent: 'Not in use',
};

function setState(name) {
  if (state.dataset.state === name) return;
  state.dataset.state = name;
  state.textContent = states[name];
  showEmpty();
}

const isNewer = (a, b) => a.createdAt > b.createdAt || (a.createdAt === b.createdAt && a.id > b.id);

/** Adds the message in its place, unless it is there; one that arrives after all takes a new place. */
function add(message) {
  const known = shown.findIndex((entry) => keyOf(entry.message) === keyOf(message));
  if (known !== -1) {
    if (shown[known].message.id === message.id) return update(message);
    shown[known].element.remove();
    shown.splice(known, 1);
  }
  const element = messageElement(message, announcement);
  const place = shown.findIndex((entry) => isNewer(message, entry.message));
  const index = place === -1 ? shown.length : place;
  list.insertBefore(element, shown[index]?.element ?? null);
  shown.splice(index, 0, { message, element });
  for (const { element: old } of shown.splice(limit)) old.remove();
  element.hidden = !matches(message);
  if (loadedOnce) announce(message, element);
}

const keyOf = ({ messageId, id }) => messageId ?? id;

/** Shows how far a message has come that is there already. */
function update(state) {
  const entry = shown.find(({ message }) => keyOf(message) === keyOf(state));
  if (!entry) return;
  const { status, attempts, failure } = state;
  Object.assign(entry.message, { status, attempts, failure });
  showState(entry.element, entry.message);
}

function announce(message, element) {
  element.classList.add('arrived');
  if (!element.hidden) {
    // Digit by digit, or a screen reader says a number of hundreds of thousands.
    const code = message.code && message.arrived !== false ? `, code ${[...message.code].join(' ')}` : '';
    announcement.textContent =
      message.arrived === false ? `A message to ${message.to} was kept away` : `New message to ${message.to}${code}`;
  }
  if (document.hidden) {
    unseen += 1;
    document.title = `(${unseen}) Inbox · Atrium`;
  }
}

const plain = (text) => text.toLowerCase().replaceAll(/[\s()-]/g, '');

/** A number may be searched for as people write it; all else as it stands. */
function found({ to, subject, body, operation, code }) {
  const wanted = filter.value.trim().toLowerCase();
  if (plain(to).includes(plain(wanted)) || code === wanted) return true;
  return [operation, subject ?? '', body].some((text) => text.toLowerCase().includes(wanted));
}

const matches = (message) => (channel === '' || message.channel === channel) && found(message);

function applyFilter() {
  for (const { message, element } of shown) element.hidden = !matches(message);
  showEmpty();
}

/** What each tab would show. */
function showCounts() {
  const hits = shown.filter(({ message }) => found(message));
  for (const tab of tabs) {
    const own = tab.dataset.channel;
    const count = hits.filter(({ message }) => own === '' || message.channel === own).length;
    tab.querySelector('.count').textContent = String(count);
  }
}

function chooseTab(chosen) {
  channel = chosen.dataset.channel;
  for (const tab of tabs) tab.setAttribute('aria-pressed', String(tab === chosen));
  applyFilter();
}

function showEmpty() {
  showCounts();
  const visible = shown.some(({ element }) => !element.hidden);
  empty.hidden = visible || !(loadedOnce || state.dataset.state === 'absent' || state.dataset.state === 'away');
  if (empty.hidden) return;
  const title = document.createElement('strong');
  const advice = document.createElement('span');
  if (state.dataset.state === 'absent') {
    title.textContent = 'Messages do not come here.';
    advice.textContent = 'Another provider is set for SMS and e-mail, so look where it delivers to.';
  } else if (state.dataset.state === 'away') {
    title.textContent = 'Messages cannot be read now.';
    advice.textContent = 'Is Atrium still running? This page goes on by itself once it answers.';
  } else if (shown.length > 0) {
    title.textContent = 'No message fits.';
    advice.textContent = 'Clear the search, or choose All, to see every message.';
  } else {
    title.textContent = 'Nothing was sent yet.';
    advice.append(
      'Run CreateUser ',
      link('/', 'in Sandbox'),
      ' or ',
      link('/graphiql?operation=create-user', 'in GraphiQL'),
    );
    advice.append(': the code appears here at once.');
  }
  empty.replaceChildren(title, advice);
}

function link(href, text) {
  const element = document.createElement('a');
  element.href = href;
  element.textContent = text;
  return element;
}

/** Reads what is there; says whether the inbox answered. */
async function load() {
  try {
    const response = await fetch('/inbox/messages?all=true', {
      headers: { accept: 'application/json' },
      cache: 'no-store',
    });
    if (response.status === 404) return setState('absent');
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { messages } = await response.json();
    for (const message of messages) add(message);
    loadedOnce = true;
    if (polling) setState('polling');
    showEmpty();
  } catch {
    setState('away');
  }
}

function startPolling() {
  polling ??= setInterval(load, pollMs);
}

function stopPolling() {
  clearInterval(polling);
  polling = undefined;
}

function listen() {
  const events = new EventSource('/inbox/events');
  events.addEventListener('open', async () => {
    stopPolling();
    // What was sent while the stream was down is not sent on it again.
    await load();
    if (loadedOnce && events.readyState === EventSource.OPEN) setState('live');
  });
  events.addEventListener('message', (event) => {
    add(JSON.parse(event.data));
    showEmpty();
    refreshRules();
  });
  events.addEventListener('state', (event) => update(JSON.parse(event.data)));
  events.addEventListener('error', () => {
    startPolling();
    load();
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, reopenMs);
  });
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = 'Inbox · Atrium';
});
filter.value = new URLSearchParams(location.search).get('to') ?? '';
filter.addEventListener('input', applyFilter);
for (const tab of tabs) tab.addEventListener('click', () => chooseTab(tab));
setInterval(() => showTimes(list), 10_000);
await Promise.all([load(), startRules()]);
listen();
