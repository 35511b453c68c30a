import { copyOnClick } from './copy.js';

const template = document.getElementById('message-template');
const channels = { SMS: 'SMS', EMAIL: 'E-mail' };
const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

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
  part('code-row').hidden = !message.code;
  part('copy').setAttribute('aria-label', `Copy the code for ${message.to}`);
  if (message.code) copyOnClick(part('copy'), message.code, announcement);
  part('html').hidden = !message.html;
  if (message.html) part('html').addEventListener('toggle', () => showHtml(part('html'), message), { once: true });
  showTimes(element);
  return element;
}

/** Makes the frame only once somebody looks: a list of hundreds must not start hundreds of documents. */
function showHtml(details, message) {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', '');
  frame.title = `The e-mail to ${message.to}`;
  frame.srcdoc = message.html;
  details.append(frame);
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
