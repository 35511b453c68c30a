import { execFileSync } from 'node:child_process';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sharedSystem } from '../support/test-system.ts';
import { waitFor } from '../support/wait-for.ts';
import { browserTest, useChromium } from './chromium.ts';

const system = await sharedSystem();
const visitor = useChromium();
const cdn = 'https://embeddable-sandbox.cdn.apollographql.com/**';

/** Stands in for the script of Apollo's CDN: it keeps what the page asks of Sandbox. */
const sandboxScript = `
  window.sandboxes = [];
  window.EmbeddedSandbox = class {
    constructor(options) { window.sandboxes.push(options); }
    dispose() {}
  };`;

async function openWithSandbox(): Promise<Page> {
  const page = await visitor.open();
  await page.route(cdn, (route) => route.fulfill({ contentType: 'text/javascript', body: sandboxScript }));
  await page.goto(system.gatewayUrl);
  // Playwright's own waiting evaluates text inside the page, which the page's policy forbids.
  await waitFor('Sandbox is asked for', () => page.evaluate<boolean>('window.sandboxes?.length === 1'));
  return page;
}

browserTest('offers GraphiQL within seconds when Sandbox’s network does not answer', async () => {
  const page = await visitor.open();
  await page.route(cdn, () => undefined);
  await page.goto(system.gatewayUrl);
  const offer = page.getByRole('link', { name: 'Open GraphiQL' });
  expect(await offer.isVisible()).toBe(false);
  await offer.waitFor({ timeout: 5_000 });
  await offer.click();
  await page.getByRole('tab', { name: /^CreateUser(?!s)/ }).waitFor();
  expect(visitor.faults).toEqual([]);
});

browserTest('offers GraphiQL at once when Sandbox’s network cannot be reached', async () => {
  const page = await visitor.open();
  await page.route(cdn, (route) => route.abort());
  await page.goto(system.gatewayUrl);
  await page.getByRole('link', { name: 'Open GraphiQL' }).waitFor({ timeout: 2_000 });
});

browserTest('stands at /graphql too', async () => {
  const page = await visitor.open();
  await page.route(cdn, (route) => route.abort());
  await page.goto(`${system.gatewayUrl}/graphql`);
  await page.getByRole('heading', { name: 'Onboarding, as one graph' }).waitFor();
});

browserTest('presets Sandbox to this endpoint with CreateUser, and loads any other operation', async () => {
  const page = await openWithSandbox();
  expect(await page.evaluate('window.sandboxes[0]')).toMatchObject({
    initialEndpoint: `${new URL(page.url()).origin}/graphql`,
    initialState: {
      document: expect.stringContaining('mutation CreateUser('),
      variables: { input: expect.anything() },
    },
    runTelemetry: false,
  });
  await page.getByRole('link', { name: 'ValidatePhoneNumber' }).click();
  expect(await page.evaluate('window.sandboxes[1].initialState.document')).toContain('query ValidatePhoneNumber(');
  expect(visitor.faults).toEqual([]);
});

browserTest('sends the development key with Sandbox’s requests and tells Sandbox nothing of it', async () => {
  const page = await openWithSandbox();
  expect(JSON.stringify(await page.evaluate('window.sandboxes[0]'))).not.toContain(system.apiKey);
  const answer = await page.evaluate(`
    window.sandboxes[0].handleRequest('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ validatePhoneNumber(phoneNumber: "+919876543210") { valid } }' }),
    }).then((response) => response.json())`);
  expect(answer).toEqual({ data: { validatePhoneNumber: { valid: true } } });
});

browserTest('copies a curl command that a shell reads as CreateUser with the development key', async () => {
  const page = await openWithSandbox();
  await page.getByRole('button', { name: 'Copy the curl command' }).click();
  await page.getByRole('status').getByText('Copied').waitFor();
  const command = await page.evaluate<string>('navigator.clipboard.readText()');
  // A curl that prints its arguments shows what the shell makes of the quotes, and creates nobody.
  const printing = `curl() { printf '%s\\n' "$@"; }; ${command}`;
  const printed = execFileSync('sh', ['-c', printing], { encoding: 'utf8' }).trim().split('\n');
  expect(printed).toContain(`x-api-key: ${system.apiKey}`);
  expect(JSON.parse(printed.at(-1) ?? '')).toEqual({
    query: expect.stringContaining('createUser(input:$input)'),
    variables: { input: expect.objectContaining({ phoneNumber: '098765 43210', country: 'IN' }) },
  });
});
