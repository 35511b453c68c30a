import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openAtrium } from '../support/atrium.ts';
import type { InboxMessage } from '../support/inbox.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';
import { browserTest, useChromium } from './chromium.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const visitor = useChromium();
const url = `${system.gatewayUrl}/inbox`;

function message(changes: Partial<InboxMessage> & { createdAt: string }) {
  return {
    id: changes.createdAt,
    to: '+919876543210',
    channel: 'SMS',
    operation: 'PHONE_VERIFICATION',
    locale: 'en-IN',
    subject: null,
    body: '482915 is your code.',
    html: null,
    code: '482915',
    ...changes,
  };
}

/** An inbox page over these messages alone, with no stream of events. */
async function openOver(messages: object[]): Promise<Page> {
  const page = await visitor.open();
  await page.route('**/inbox/events', (route) => route.fulfill({ status: 503 }));
  await page.route('**/inbox/messages?*', (route) => route.fulfill({ json: { messages } }));
  await page.goto(url);
  return page;
}

browserTest('shows a code as it arrives, and copies it by keyboard alone', async () => {
  const page = await visitor.open();
  await page.goto(url);
  await page.getByText('Live', { exact: true }).waitFor();
  const person = newPerson();
  await atrium.newUser(person);
  const arrived = page.getByRole('listitem').filter({ hasText: person.phoneNumber });
  await arrived.locator('.code').waitFor({ timeout: 10_000 });
  const code = await arrived.locator('.code').textContent();
  expect(code).toMatch(/^\d{6}$/);
  await page.getByText(`New message to ${person.phoneNumber}`).waitFor({ state: 'attached' });

  const copy = arrived.getByRole('button', { name: `Copy the code for ${person.phoneNumber}` });
  await copy.focus();
  await page.keyboard.press('Enter');
  await arrived.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code);
  expect(visitor.faults).toEqual([]);
});

browserTest('goes on by asking every two seconds where events do not come', async () => {
  const messages = [message({ createdAt: '2026-11-24T09:30:00.000Z' })];
  const page = await openOver(messages);
  await page.getByText('Checking every 2 seconds').waitFor();
  messages.unshift(message({ createdAt: '2026-11-24T09:31:00.000Z', code: '730164' }));
  await page.getByText('730164', { exact: true }).waitFor({ timeout: 5_000 });
  expect(await page.locator('.code').allTextContents()).toEqual(['730164', '482915']);
});

browserTest('shows what was sent as text, and an e-mail’s HTML in a frame that runs nothing', async () => {
  const attack = `<img src=x onerror="document.title='owned'"><script>parent.document.title='owned'</script>`;
  const page = await openOver([
    message({ createdAt: '2026-11-24T09:31:00.000Z', to: attack, body: attack, code: null }),
    message({ createdAt: '2026-11-24T09:30:00.000Z', to: 'asha@example.com', html: `<p>Welcome</p>${attack}` }),
  ]);
  await page.locator('.body', { hasText: '<script>' }).waitFor();
  await page.frameLocator('iframe').getByText('Welcome').waitFor();
  expect(await page.locator('iframe').getAttribute('sandbox')).toBe('');
  expect(await page.title()).toBe('Inbox · Atrium');
});

browserTest('shows a language written from the right on the right', async () => {
  const body = 'رمز التحقق الخاص بك هو 559201.';
  const page = await openOver([message({ createdAt: '2026-11-24T09:30:00.000Z', locale: 'ar', body })]);
  await page.locator('.body').waitFor();
  expect(await page.evaluate(`getComputedStyle(document.querySelector('.body')).direction`)).toBe('rtl');
});

browserTest('finds messages by recipient, code, text and operation, from the address too', async () => {
  const page = await openOver([
    message({ createdAt: '2026-11-24T09:31:00.000Z' }),
    message({
      createdAt: '2026-11-24T09:30:00.000Z',
      to: '+4915123456789',
      code: '111222',
      body: '111222 is your code.',
    }),
  ]);
  const codes = page.locator('.code:visible');
  await page.getByLabel('Search').fill('+49 1512');
  expect(await codes.allTextContents()).toEqual(['111222']);
  for (const [search, found] of [
    ['482915', ['482915']],
    ['phone_ver', ['482915', '111222']],
    ['IS YOUR CODE', ['482915', '111222']],
  ] as const) {
    await page.getByLabel('Search').fill(search);
    expect([search, await codes.allTextContents()]).toEqual([search, found]);
  }
  await page.getByLabel('Search').fill('nobody');
  await page.getByText('No message fits.').waitFor();
  await page.goto(`${url}?to=%2B4915123456789`);
  await codes.first().waitFor();
  expect(await codes.allTextContents()).toEqual(['111222']);
});

browserTest('shows one channel at a time, and how many messages each has', async () => {
  const page = await openOver([
    message({ createdAt: '2026-11-24T09:31:00.000Z' }),
    message({ createdAt: '2026-11-24T09:30:00.000Z', to: 'asha@example.com', channel: 'EMAIL', code: null }),
    message({ createdAt: '2026-11-24T09:29:00.000Z', to: '+4915123456789' }),
  ]);
  const recipients = page.locator('.recipient:visible');
  await page.getByRole('button', { name: 'All 3', pressed: true }).waitFor();
  await page.getByRole('button', { name: 'E-mail 1' }).click();
  expect(await recipients.allTextContents()).toEqual(['asha@example.com']);
  await page.getByRole('button', { name: 'SMS 2' }).click();
  expect(await recipients.allTextContents()).toEqual(['+919876543210', '+4915123456789']);
  await page.getByLabel('Search').fill('+49');
  await page.getByRole('button', { name: 'SMS 1', pressed: true }).waitFor();
  expect(await recipients.allTextContents()).toEqual(['+4915123456789']);
});

browserTest('lets the next message fail by a click, and shows live what became of it', async () => {
  const page = await visitor.open();
  await page.goto(url);
  await page.getByText('Live', { exact: true }).waitFor();
  const person = newPerson();
  await atrium.newUser(person);
  const messages = page
    .getByRole('listitem')
    .filter({ hasText: person.phoneNumber })
    .filter({ has: page.locator('article') });
  await messages.getByText('Let the next one fail').click();
  await messages.getByRole('button', { name: 'Refuse it', exact: true }).click();
  const rule = page.getByRole('listitem').filter({ hasText: 'is refused for good, once more' });
  await rule.filter({ hasText: person.phoneNumber }).waitFor();

  const code = await messages.first().locator('.code').textContent();
  const user = (
    await atrium.query<{ userByPhoneNumber: { id: string } }>(
      `{ userByPhoneNumber(phoneNumber: "${person.phoneNumber}") { id } }`,
    )
  ).data?.userByPhoneNumber;
  await atrium.verifyPhone({ userId: user?.id ?? '', code: code ?? '' });
  const refused = messages.filter({ hasText: 'WELCOME' });
  await refused.getByText('Failed: refused by a rule of the inbox').waitFor({ timeout: 10_000 });
  await page.getByText('is refused for good (used up)').waitFor();
  await page.getByRole('button', { name: `Remove the rule for ${person.phoneNumber}` }).click();
  await rule.waitFor({ state: 'detached' });
  expect(visitor.faults).toEqual([]);
});

browserTest('sets a rule by its form and by an example, and says what is wrong with one', async () => {
  const page = await visitor.open();
  await page.goto(url);
  await page.getByText('Failures on purpose').click();
  const pattern = `*@${newPerson().phoneNumber.slice(1)}.test`;
  await page.getByLabel('Recipient').fill(pattern);
  await page.getByLabel('What happens').selectOption('DELAY');
  await page.getByLabel('Seconds late').fill('3');
  await page.getByRole('button', { name: 'Set rule' }).click();
  const rules = page.getByRole('listitem');
  await rules.filter({ hasText: pattern }).filter({ hasText: '3 s late, always' }).waitFor();
  await page.getByRole('button', { name: `Remove the rule for ${pattern}` }).click();
  await rules.filter({ hasText: pattern }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '*@bounce.test bounces' }).click();
  await page.getByRole('button', { name: 'Remove the rule for *@bounce.test' }).click();
  await page.getByLabel('Recipient').fill('two words');
  await page.getByRole('button', { name: 'Set rule' }).click();
  await page.getByRole('alert').filter({ hasText: 'The rule was not changed' }).waitFor();
});

browserTest('fits a phone: nothing stands beyond its edge, and what is to be touched is large enough', async () => {
  const page = await openOver([
    message({ createdAt: '2026-11-24T09:31:00.000Z', to: `${'long.'.repeat(20)}name@example.com`, code: '482915' }),
    message({ createdAt: '2026-11-24T09:30:00.000Z', channel: 'EMAIL', subject: 'Welcome', html: '<p>Welcome</p>' }),
  ]);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByText('Failures on purpose').click();
  await page.locator('.code').first().waitFor();
  const beyond = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(beyond).toBe(0);
  const small = await page.evaluate(
    `[...document.querySelectorAll('main button, main input, main select')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)`,
  );
  expect(small).toEqual([]);
});

browserTest('an empty inbox says how to fill it', async () => {
  const page = await openOver([]);
  await page.getByText('Nothing was sent yet.').waitFor();
  await page.getByRole('link', { name: 'in GraphiQL' }).click();
  await page.getByRole('tab', { name: 'CreateUser', selected: true }).waitFor();
});
