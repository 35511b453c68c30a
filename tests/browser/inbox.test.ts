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
  await page.route('**/inbox/messages', (route) => route.fulfill({ json: { messages } }));
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
  await page.locator('summary:visible').click();
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

browserTest('shows one recipient’s messages when asked, from the address too', async () => {
  const page = await openOver([
    message({ createdAt: '2026-11-24T09:31:00.000Z' }),
    message({ createdAt: '2026-11-24T09:30:00.000Z', to: '+4915123456789', code: '111222' }),
  ]);
  const codes = page.locator('.code:visible');
  await page.getByLabel('Filter by recipient').fill('+49 1512');
  expect(await codes.allTextContents()).toEqual(['111222']);
  await page.getByLabel('Filter by recipient').fill('nobody');
  await page.getByText('Nothing was sent to this recipient.').waitFor();
  await page.goto(`${url}?to=%2B4915123456789`);
  await codes.first().waitFor();
  expect(await codes.allTextContents()).toEqual(['111222']);
});

browserTest('an empty inbox says how to fill it', async () => {
  const page = await openOver([]);
  await page.getByText('Nothing was sent yet.').waitFor();
  await page.getByRole('link', { name: 'in GraphiQL' }).click();
  await page.getByRole('tab', { name: 'CreateUser', selected: true }).waitFor();
});
