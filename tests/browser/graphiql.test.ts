import { expect } from '@jest/globals';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';
import { browserTest, useChromium } from './chromium.ts';

const system = await sharedSystem();
const visitor = useChromium();
const url = `${system.gatewayUrl}/graphiql`;

const openTabIsVerifyPhone = `(() => {
  const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState') ?? '{"tabs":[]}');
  return tabs[activeTabIndex]?.title === 'VerifyPhone';
})()`;

browserTest(
  'runs an operation of the flow with the development key, and reaches for nothing but the gateway',
  async () => {
    const page = await visitor.open();
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== new URL(url).origin) elsewhere.push(request.url());
    });
    await page.goto(`${url}?operation=validate-phone-number`);
    await page.getByRole('button', { name: 'Execute query' }).click();
    await page.locator('.graphiql-response').getByText('"+919876543210"').waitFor();
    expect(elsewhere).toEqual([]);
    expect(visitor.faults).toEqual([]);
  },
);

browserTest('has a tab for each operation, and keeps them as they were left', async () => {
  const page = await visitor.open();
  await page.goto(url);
  const tabs = page.getByRole('tab').locator('button[title]');
  await tabs.first().waitFor();
  const names = ['CreateUser', 'VerifyPhone', 'User', 'Users', 'UpdateUser', 'UploadImage', 'SetAvatar', 'Image'];
  const shown = await tabs.allTextContents();
  for (const name of [...names, 'SendMessage', 'Message', 'ValidatePhoneNumber', 'DeleteUser']) {
    expect(shown.filter((text) => text === name)).toEqual([name]);
  }
  await page.goto(`${url}?operation=verify-phone`);
  await page.getByRole('tab', { name: 'VerifyPhone', selected: true }).waitFor();
  await waitFor('GraphiQL keeps the open tab', () => page.evaluate<boolean>(openTabIsVerifyPhone));
  await page.reload();
  await page.getByRole('tab', { name: 'VerifyPhone', selected: true }).waitFor();
  expect((await tabs.allTextContents()).toSorted()).toEqual(shown.toSorted());
});

browserTest('leaves no key in the browser’s storage', async () => {
  const page = await visitor.open();
  await page.goto(url);
  await page.getByRole('tab').first().waitFor();
  await waitFor('GraphiQL keeps something', () => page.evaluate<boolean>('localStorage.length > 0'));
  expect(await page.evaluate('JSON.stringify(Object.entries(localStorage))')).not.toContain(system.apiKey);
});
