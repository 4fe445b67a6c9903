import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { apiOf } from '../../../scripts/up/api.ts';
import { openBrowser } from './browser.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

let demo: WholeDemo;
let browser: Browser;
let context: BrowserContext;
let page: Page;

before(async () => {
  demo = await runDemo();
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`${demo.gatewayUrl}/operations`);
});

after(async () => {
  await browser?.close();
  await demo?.[Symbol.asyncDispose]();
});

const verdict = () => page.locator('#verdict');
const row = () => page.locator('#rows tr');
const detail = () => page.getByRole('dialog');

async function portalIs(mode: 'on' | 'off'): Promise<void> {
  await fetch(new URL('/api/mode', demo.pageUrl), { method: 'POST', body: JSON.stringify({ mode }) });
}

function write(text: string): void {
  const person = demo.simulator?.person({ first_name: 'Anna' }) ?? assert.fail('the demo has no telephone');
  demo.simulator?.write({ from: person.id, text });
}

async function assertAccessible(of: Page): Promise<void> {
  await of.evaluate(axe.source);
  const found = (await of.evaluate('axe.run()')) as { violations: { id: string; nodes: { target: unknown }[] }[] };
  assert.deepEqual(
    found.violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]),
    [],
  );
}

test('nothing is shown without the administrator’s key: not with none, a wrong one, or a tenant’s', async () => {
  await assertAccessible(page);
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  for (const [key, words] of [
    ['tk_wrong', 'This key opens nothing here.'],
    [demo.demo.apiKey, 'the page is for administrators alone'],
  ] as const) {
    await page.getByLabel('Administrator key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByText(words).waitFor();
    assert.equal(await page.locator('#board').isVisible(), false);
    assert.equal(await page.evaluate('sessionStorage.length'), 0);
  }
  assert.ok(
    asked.every((url) => url.endsWith('/GetOverview')),
    asked.join(),
  );
});

test('with the key it says in words that all is well, and who works each lane', async () => {
  write('The first message');
  await page.getByLabel('Administrator key').fill(demo.administratorKey);
  await page.keyboard.press('Enter');
  await page.getByText('All is well: 1 portal, and none to look at.').waitFor();
  await page.getByText('Every portal takes its events as they come.').waitFor();
  await until(async () => (await page.locator('#lanes tr').count()) === 8);
  assert.equal(await page.locator('#lanes tr.lost').count(), 0);
  await assertAccessible(page);
  await page.reload();
  await page.getByText('All is well').waitFor();
});

test('a portal that is down is told in words, with what it answered and when it is tried again', async () => {
  await portalIs('off');
  write('Is anybody there?');
  await verdict()
    .getByText(/demo.* is behind \(the portal answered 503.*\): 1 event wait/i)
    .waitFor();
  await row().getByText('behind').waitFor();
  await row()
    .getByText(/try (in|now)/)
    .waitFor();
  await page.getByLabel('Filter by name, id or tenant').fill('nobody has this name');
  await page.getByText('None of those that are not well is like this.').waitFor();
  await verdict().getByText('is behind').waitFor();
  await page.getByLabel('Filter by name, id or tenant').fill('');
  await row().getByRole('button').waitFor();
  await assertAccessible(page);
});

test('what the list does not hold is said, and every portal of a tenant can be seen, well or not', async () => {
  const overview = '**/v1/DeliveryService/GetOverview';
  await page.route(overview, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), unwell: 3_121 } });
  });
  await page.getByText('3,120 more portals are not well and not in this list').waitFor();
  await assertAccessible(page);
  await page.unroute(overview);
  await page.getByLabel('Id of a tenant').fill(demo.demo.tenantId);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Every portal of a tenant' }).waitFor();
  await row().getByText('behind').waitFor();
  await assertAccessible(page);
  await page.getByLabel('Id of a tenant').fill('nobody');
  await page.keyboard.press('Enter');
  await page.getByText('No tenant of this id has a portal with a stream.').waitFor();
  await page.getByRole('button', { name: 'Back to those that are not well' }).click();
  await page.getByRole('heading', { name: 'Portals to look at' }).waitFor();
  await row().getByText('behind').waitFor();
});

test('a person pauses it with a reason and resumes it after a question, by keyboard alone', async () => {
  await row().getByRole('button').focus();
  await page.keyboard.press('Enter');
  await detail()
    .getByText(/It is behind: the portal answered 503/)
    .waitFor();
  await detail().locator('#attempts').getByText('portal_unavailable, 503').first().waitFor();
  await assertAccessible(page);
  await detail()
    .getByLabel(/Pause it, and say why/)
    .focus();
  await page.keyboard.type('the portal moves house');
  await page.keyboard.press('Enter');
  await detail().getByText('It is paused: the portal moves house.').waitFor();
  assert.equal(await detail().locator('#pause').isVisible(), false);
  await page.keyboard.press('Escape');
  await detail().waitFor({ state: 'hidden' });
  await row().getByText('the portal moves house').waitFor();
  await verdict().getByRole('button', { name: 'Look' }).focus();
  await page.keyboard.press('Enter');
  await detail().getByRole('button', { name: 'Resume…' }).focus();
  await page.keyboard.press('Enter');
  await detail()
    .getByText(/1 event that waits will be sent from now on/)
    .waitFor();
  await page.keyboard.press('Enter');
  await detail()
    .getByText(/It is behind: /)
    .waitFor();
  await page.keyboard.press('Escape');
  // Also tells delivery that it may try at once.
  await portalIs('on');
  await page.getByText('All is well: 1 portal').waitFor();
});

test('the status of a portal is nobody’s but where its settings make it public, and then says nothing secret', async () => {
  const address = `${demo.gatewayUrl}/status/${demo.demo.portalId}`;
  const other = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const shown = await other.newPage();
  assert.equal((await shown.goto(address))?.status(), 404);
  const administrator = apiOf(demo.gatewayUrl, demo.administratorKey);
  const { portalId } = demo.demo;
  const { settings } = await administrator<{ settings: object }>('DirectoryService/GetPortal', { portalId });
  await administrator('DirectoryService/UpdatePortal', { portalId, settings: { ...settings, isStatusPublic: true } });
  await until(async () => (await shown.goto(address))?.status() === 200);
  await shown.getByText('Messages arrive on time').waitFor();
  await portalIs('off');
  write('Secret words of a visitor');
  await shown.getByText('Messages arrive late').waitFor({ timeout: 60_000 });
  const told = await (await fetch(`${address}/now`)).text();
  for (const secret of [demo.demo.tenantId, '503', 'Secret', 'demo', 'portal_unavailable', demo.demo.apiKey])
    assert.equal(told.includes(secret), false, secret);
  await assertAccessible(shown);
  await other.close();
  await portalIs('on');
});

test('a key that is forgotten shows nothing any more', async () => {
  await page.getByRole('button', { name: 'Forget the key' }).click();
  await page.getByLabel('Administrator key').waitFor();
  assert.equal(await page.locator('#board').isVisible(), false);
  assert.equal(await page.locator('#rows tr, #lanes tr').count(), 0);
  await page.reload();
  await page.getByLabel('Administrator key').waitFor();
});
