import { copyOnClick } from './copy.js';
import { failureButtons } from './inbox-rules.js';

const template = document.getElementById('message-template');
const channels = { SMS: 'SMS', EMAIL: 'E-mail' };
const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

const states = {
  QUEUED: 'Waiting to be tried again',
  SENDING: 'On its way',
  SENT: 'Sent',
  DELIVERED: 'Delivered',
  FAILED: 'Failed',
  SUPPRESSED: 'Not sent: the recipient is on the suppression list',
};

/** Frames are made when they come near the window: a list of hundreds must not start hundreds of documents. */
const nearby = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      target.append(frameOf(target));
    }
  },
  { rootMargin: '400px' },
);
const renderings = new WeakMap();

/** A message as a list item. Everything in it is text; an e-mail's HTML lives in a frame that may do nothing. */
export function messageElement(message, announcement) {
  const element = template.content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  part('channel').textContent = channels[message.channel] ?? message.channel;
  part('to').textContent = message.to;
  part('operation').textContent = message.operation;
  part('locale').textContent = languageName(message.locale);
  part('locale').title = message.locale;
  part('time').dateTime = message.createdAt;
  part('time').title = absolute.format(new Date(message.createdAt));
  part('subject').textContent = message.subject ?? '';
  part('subject').hidden = !message.subject;
  part('body').textContent = message.body;
  // The direction follows the text itself; the language tells a screen reader how to say it.
  for (const name of ['subject', 'body']) part(name).lang = message.locale;
  part('code').textContent = message.code ?? '';
  // A code that did not arrive is none that anybody could type.
  part('code-row').hidden = !message.code || message.arrived === false;
  part('copy').setAttribute('aria-label', `Copy the code for ${message.to}`);
  if (message.code) copyOnClick(part('copy'), message.code, announcement);
  part('html').hidden = !message.html;
  if (message.html) {
    renderings.set(part('html'), message);
    nearby.observe(part('html'));
  }
  part('actions').setAttribute('aria-label', `Let the next message to ${message.to} fail`);
  part('next').addEventListener(
    'toggle',
    () => part('actions').replaceChildren(...failureButtons(message.to, announcement)),
    { once: true },
  );
  element.classList.toggle('away', message.arrived === false);
  showState(element, message);
  showTimes(element);
  return element;
}

/** Says how far the message has come. */
export function showState(element, { status, attempts, failure, arrived }) {
  const state = element.querySelector('[data-part="state"]');
  state.hidden = !status;
  state.dataset.status = status;
  const tries = attempts > 1 ? `, after ${attempts} tries` : '';
  const away = arrived === false && status !== 'FAILED' ? ': a rule keeps it away' : '';
  state.textContent = `${states[status] ?? status}${failure ? `: ${failure}` : ''}${away}${tries}`;
}

function frameOf(place) {
  const { to, html } = renderings.get(place);
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', '');
  frame.title = `The e-mail to ${to}`;
  frame.srcdoc = html;
  return frame;
}

/** Brings every time within the element up to date. */
export function showTimes(element) {
  for (const time of element.querySelectorAll('time')) time.textContent = relativeTime(new Date(time.dateTime));
}

function relativeTime(date) {
  const seconds = (date.getTime() - Date.now()) / 1_000;
  if (seconds > -10) return 'now';
  if (seconds > -60) return relative.format(Math.round(seconds), 'second');
  if (seconds > -3_600) return relative.format(Math.round(seconds / 60), 'minute');
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3_600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

function languageName(locale) {
  try {
    return languages.of(locale);
  } catch {
    return locale;
  }
}
