const panel = document.getElementById('rules');
const list = document.getElementById('rule-list');
const count = document.getElementById('rule-count');
const form = document.getElementById('rule-form');
const fault = document.getElementById('rule-fault');
const template = document.getElementById('rule-template');

const actions = {
  FAIL: 'is refused for good',
  UNAVAILABLE: 'is refused for now',
  DELAY: 'arrives late',
  BOUNCE: 'bounces',
};

/** What a click does to the next message of one recipient. */
const clicks = [
  { label: 'Refuse it', action: 'FAIL', times: 1 },
  { label: 'Refuse it twice, then take it', action: 'UNAVAILABLE', times: 2 },
  { label: 'Take it 5 s late', action: 'DELAY', times: 1, delayMs: 5_000 },
  { label: 'Bounce it', action: 'BOUNCE', times: 1 },
];

/** Recipients that anybody may write to in a test. */
const examples = [
  { to: '*@bounce.test', action: 'BOUNCE' },
  { to: '*@fail.test', action: 'FAIL' },
  { to: '*@slow.test', action: 'DELAY', delayMs: 5_000 },
  { to: '+1555*', action: 'FAIL' },
];

async function ask(method, { query = '', rule } = {}) {
  const response = await fetch(`/inbox/rules${query}`, {
    method,
    cache: 'no-store',
    ...(rule ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(rule) } : {}),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.errors?.[0]?.message ?? `status ${response.status}`);
  show(answer.rules);
}

/** Does it, and says what went wrong where something did. */
async function attempt(...request) {
  try {
    await ask(...request);
    fault.hidden = true;
    return true;
  } catch (error) {
    fault.textContent = `The rule was not changed: ${error.message}`;
    fault.hidden = false;
    panel.open = true;
    return false;
  }
}

function show(rules) {
  list.replaceChildren(...rules.map(ruleElement));
  const active = rules.filter(({ times }) => times !== 0).length;
  count.textContent = String(active);
  count.hidden = active === 0;
  panel.toggleAttribute('data-active', active > 0);
}

function ruleElement(rule) {
  const element = template.content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  part('to').textContent = rule.to;
  part('what').textContent = describe(rule);
  part('remove').setAttribute('aria-label', `Remove the rule for ${rule.to}`);
  part('remove').addEventListener('click', () => attempt('DELETE', { query: `?to=${encodeURIComponent(rule.to)}` }));
  return element;
}

function describe({ action, times, delayMs }) {
  const what = action === 'DELAY' ? `${delayMs / 1_000} s late` : actions[action];
  if (times === 0) return `${what} (used up)`;
  return times === null ? `${what}, always` : `${what}, ${times === 1 ? 'once more' : `${times} times more`}`;
}

function button(label, onClick) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'button';
  element.textContent = label;
  element.addEventListener('click', onClick);
  return element;
}

/** Buttons that let the next message to this recipient go wrong. */
export function failureButtons(to, announcement) {
  return clicks.map(({ label, ...rule }) =>
    button(label, async () => {
      if (!(await attempt('PUT', { rule: { to, ...rule } }))) return;
      announcement.textContent = `The next message to ${to} ${actions[rule.action]}.`;
      panel.open = true;
    }),
  );
}

/** Brings the panel to life; nothing is shown where the inbox is not in use. */
export async function startRules() {
  document
    .getElementById('presets')
    .replaceChildren(
      ...examples.map((rule) =>
        button(`${rule.to} ${rule.action === 'DELAY' ? '5 s late' : actions[rule.action]}`, () =>
          attempt('PUT', { rule }),
        ),
      ),
    );
  const delay = form.querySelector('[data-for="DELAY"]');
  form.elements.action.addEventListener('change', () => {
    delay.hidden = form.elements.action.value !== 'DELAY';
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { to, action, seconds, times } = form.elements;
    const rule = {
      to: to.value.trim(),
      action: action.value,
      ...(times.value ? { times: Number(times.value) } : {}),
      ...(action.value === 'DELAY' ? { delayMs: Number(seconds.value) * 1_000 } : {}),
    };
    if (await attempt('PUT', { rule })) to.value = '';
  });
  await refreshRules();
}

/** Rules are used up by messages, and changed by others. */
export function refreshRules() {
  return ask('GET').then(
    () => {
      panel.hidden = false;
    },
    () => {
      panel.hidden = true;
    },
  );
}
