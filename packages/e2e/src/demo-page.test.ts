import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { loadDrivers, until } from '@trunkline/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { apiOf } from '../../../scripts/up/api.ts';
import type { RunningDemo } from '../../../scripts/up/start-demo.ts';
import { openBrowser } from './browser.ts';
import { runDemo } from './running-demo.ts';
import { type PortalSide, portalSide, type ShopSide, shopSide } from './sides.ts';

let demo: RunningDemo;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let shop: ShopSide;
let portal: PortalSide;

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGNk+M/AwMDAxAADGAAAMQABAFU9QeQAAAAASUVORK5CYII=',
  'base64',
);

before(async () => {
  demo = await runDemo({}, { hasAllMessengers: true });
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(demo.pageUrl);
  shop = shopSide(page);
  portal = portalSide(page);
  await page.getByRole('dialog').waitFor();
});

after(async () => {
  await browser?.close();
  await demo?.[Symbol.asyncDispose]();
});

/** The portal has these messages, in this order, each once, and every number of the stream. */
async function portalHas(texts: readonly string[]): Promise<void> {
  await until(async () => (await portal.texts()).length >= texts.length, 60_000);
  assert.deepEqual(await portal.texts(), texts);
  const rows = await portal.rows();
  assert.deepEqual(
    rows.map((row) => Number.parseInt(row, 10)),
    rows.map((_, index) => index + 1),
  );
  assert.ok(rows.every((row) => row.includes('✓ verified')));
  assert.match((await portal.proof.textContent()) ?? '', /verified · in order/);
}

/** What became of the last answer is told, too: for a second nothing is added to the portal's stream. */
async function untilAllIsTold(): Promise<void> {
  const api = apiOf(demo.gatewayUrl, demo.demo.apiKey);
  const { portalId } = demo.demo;
  const seen = async () =>
    await api<{ readonly headSequence: string; readonly waiting: string }>('DeliveryService/GetBacklog', { portalId });
  await until(async () => {
    const { headSequence } = await seen();
    await pause(1_000);
    const now = await seen();
    return now.waiting === '0' && now.headSequence === headSequence;
  }, 60_000);
}

const written: string[] = [];

async function write(text: string): Promise<void> {
  written.push(text);
  await shop.write(text);
}

test('three messages and a picture reach the portal in order, verified', async () => {
  for (const text of ['First: hello', 'Second: is the teapot in stock?', 'Third: שלום 👋']) await write(text);
  await shop.attach({ name: 'teapot.png', mimeType: 'image/png', buffer: picture });
  await portalHas(written);
  await portal.picture.waitFor();
  await until(async () => (await portal.picture.evaluate((image) => Reflect.get(image, 'naturalWidth'))) === 2);
  await shop.message('First: hello').getByText('sent').waitFor();
  await page.getByRole('dialog').getByRole('img', { name: 'teapot.png' }).waitFor();
});

test('an answer appears in the widget, and the portal hears that it was read', async () => {
  await portal.answer('It is: shall I keep one for you?');
  await shop.message('It is: shall I keep one for you?').getByText('Olga').waitFor();
  await page.getByText('the answer was read').waitFor();
  assert.equal(await shop.message('It is: shall I keep one for you?').count(), 1);
});

test('the visitor sees that the operator writes, and that their message was seen', async () => {
  await page.getByRole('textbox', { name: 'Answer' }).pressSequentially('Just a mom');
  await page.getByText('Olga is writing…').waitFor();
  await portal.answer('Just a moment');
  await shop.message('teapot.png').or(shop.message('Third: שלום 👋')).getByText('seen').first().waitFor();
});

test('the way of the last message is drawn station by station, there and back', async () => {
  // They come from several streams, each in its own time.
  await page.locator('#stations.back li.done').nth(5).waitFor({ timeout: 60_000 });
  await page.locator('#stations.back li.done', { hasText: 'Website chat' }).waitFor({ timeout: 60_000 });
  const stations = await page.locator('#stations li').allInnerTexts();
  assert.deepEqual(
    stations.map((text) => text.split('\n')[0]),
    ['Portal', 'Normalizer', 'Dispatch', 'Connector', 'Website chat', 'Client'],
  );
  assert.ok(stations.every((text) => /\+[\d.]+ m?s/.test(text)));
  await page.getByText(/^All \d+ steps$/).click();
  await page.locator('#hops').getByText('status told').first().waitFor();
  await page.getByText(/^All \d+ steps$/).click();
});

test('when the connection drops in the middle, nothing is lost and nothing is doubled', async () => {
  await write('Before the tunnel');
  await context.setOffline(true);
  await write('In the tunnel, one');
  await write('In the tunnel, two');
  await shop.message('In the tunnel, two').getByText('waiting').waitFor();
  await context.setOffline(false);
  await write('After the tunnel');
  await shop.message('After the tunnel').getByText('sent').waitFor();
  await portalHas(written);
  for (const text of written) assert.equal(await shop.message(text).count(), 1, text);
});

test('what is written while the page is left comes with the next page', async () => {
  await context.setOffline(true);
  await write('Written right before leaving');
  await shop.message('Written right before leaving').getByText('waiting').waitFor();
  await page.close();
  await context.setOffline(false);
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(demo.pageUrl);
  shop = shopSide(page);
  portal = portalSide(page);
  await shop.message('Written right before leaving').getByText('sent').waitFor();
  await portalHas(written);
  assert.equal(await shop.message('First: hello').count(), 1);
});

test('the telephone beside it writes to the same portal, through Telegram', async () => {
  await page.getByRole('tab', { name: 'Telephone' }).click();
  const box = page.frameLocator('iframe').getByRole('textbox', { name: 'Message' });
  await box.fill('From the telephone');
  await box.press('Enter');
  written.push('From the telephone');
  await portalHas(written);
  await page.frameLocator('iframe').getByText('From the telephone').waitFor();
  await portal.answer('To the telephone');
  await page.frameLocator('iframe').getByText('To the telephone').waitFor();
  await page.locator('#list > li.small', { hasText: 'the answer was sent' }).nth(2).waitFor();
  assert.ok(!(await portal.rows()).some((row) => row.includes('could not be sent')));
  await page.getByRole('tab', { name: 'Website chat' }).click();
});

test('the telephone writes by whichever messenger is chosen, by keyboard, and each keeps its own chat', async () => {
  await page.getByRole('tab', { name: 'Website chat' }).focus();
  await page.keyboard.press('ArrowRight');
  const choice = page.getByRole('combobox', { name: 'The person writes by' });
  const messengers = await choice.locator('option').allInnerTexts();
  const drivers = await loadDrivers(resolve(import.meta.dirname, '../../../services/connectors'));
  assert.equal(messengers.length, drivers.size, 'every messenger that has a simulator');
  assert.equal(messengers[0], 'Telegram');
  await choice.focus();
  // Each messenger's own way is told by messengers.test.ts.
  for (const messenger of messengers.slice(1, 3)) {
    await page.keyboard.press('ArrowDown');
    const screen = page.frameLocator(`iframe[title$=" ${messenger}"]`);
    const box = screen.getByRole('textbox', { name: 'Message' });
    await box.fill(`Written by ${messenger}`);
    await box.press('Enter');
    written.push(`Written by ${messenger}`);
    await portalHas(written);
    await portal.answer(`Answered to ${messenger}`);
    // Each messenger sends at its own pace.
    await screen.getByText(`Answered to ${messenger}`).waitFor({ timeout: 90_000 });
    await choice.focus();
  }
  await choice.selectOption('Telegram');
  const first = page.frameLocator('iframe[title$=" Telegram"]');
  await first.getByText('From the telephone').waitFor();
  await page.getByRole('tab', { name: 'Website chat' }).click();
});

test('messages wait while the portal is off, and then arrive in order', async () => {
  await untilAllIsTold();
  const before = await portal.texts();
  await portal.mode('off');
  for (const text of ['Is anybody there?', 'I wait', 'Still here']) await write(text);
  await shop.message('Still here').getByText('sent').waitFor();
  await portal.queue.getByText('3 waiting').waitFor();
  assert.deepEqual(await portal.texts(), before);
  // Their places are kept, and the last one is seen to wait before the portal.
  await until(async () => (await portal.kept.count()) === 3);
  await page.locator('#stations:not(.back) li.wait').waitFor({ timeout: 60_000 });
  await portal.mode('on');
  await portalHas(written);
  await until(async () => (await portal.kept.count()) === 0);
  await page.locator('#stations li:last-child.done').getByText('verified, opened').waitFor({ timeout: 60_000 });
});

test('the queue kind is chosen on the page: what is skipped is told in its place, and comes by a replay', async () => {
  const api = apiOf(demo.gatewayUrl, demo.demo.apiKey);
  const { portalId } = demo.demo;
  const skipped = async () => {
    const { skipped: count } = await api<{ skipped: string }>('DeliveryService/GetBacklog', { portalId });
    return Number(count);
  };
  const kind = page.getByLabel('Its queue is');
  assert.equal(await kind.inputValue(), 'sequential_guaranteed');
  await portal.mode('off');
  await kind.selectOption('sequential_once');
  await page.getByText('each tried once').waitFor();
  await shop.write('Nobody takes this');
  await until(async () => (await skipped()) > 0, 60_000);
  await portal.mode('on');
  await page
    .locator('#list')
    .getByText(/^Events? \d+.*: skipped · tried once: the portal answered 503/)
    .waitFor();
  await portal.proof.getByText('in order').waitFor();
  assert.ok(!(await portal.texts()).includes('Nobody takes this'));

  const timeRange = { from: new Date(0).toISOString() };
  await api('DeliveryService/Replay', { portalId, idempotencyKey: 'demo-page', timeRange });
  const row = page.locator('#list > li', { hasText: 'Nobody takes this' });
  await row.getByText('✓ verified, replayed').waitFor({ timeout: 60_000 });
  await portal.proof.getByText('in order').waitFor();

  const other = await context.newPage();
  await other.goto(demo.pageUrl);
  await kind.selectOption('parallel_guaranteed');
  await until(async () => (await other.getByLabel('Its queue is').inputValue()) === 'parallel_guaranteed');
  await other.close();
  await shop.write('In a strand');
  await portal.proof.getByText('each conversation in order, 4 at once').waitFor({ timeout: 60_000 });
});

test('nothing on the page is in the way of people who cannot see it or use a mouse', async () => {
  await page.evaluate(axe.source);
  const result = (await page.evaluate('axe.run(document)')) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  const told = result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  assert.deepEqual(told, []);
});
