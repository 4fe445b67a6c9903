import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';
import { type PortalSide, portalSide, type ShopSide, shopSide } from './sides.ts';

let demo: WholeDemo;
let browser: Browser;
let page: Page;
let shop: ShopSide;
let portal: PortalSide;

before(async () => {
  demo = await runDemo({}, { isApart: true, scale: { webchat: 2 } });
  browser = await openBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(demo.pageUrl);
  shop = shopSide(page);
  portal = portalSide(page);
  await page.getByRole('dialog').waitFor();
});
after(async () => {
  await browser?.close();
  await demo?.[Symbol.asyncDispose]();
});

/** Processes that this one started and that serve as an instance. */
function processesOf(instance: string): readonly number[] {
  const running = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return running.map(Number).filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const port = demo.instances.find(({ service, number }) => `${service}-${number}` === instance)?.ports.http;
      return environment.includes(`INSTANCE_ID=${instance}`) && environment.includes(`HTTP_PORT=${port}`);
    } catch {
      return false;
    }
  });
}

test('with two instances of the connector, the death of one loses and doubles nothing', async () => {
  const written: string[] = [];
  const write = async (text: string) => {
    written.push(text);
    await shop.write(text);
  };
  await write('Before');
  await shop.message('Before').getByText('sent').waitFor();
  await write('As it dies');
  const pids = processesOf('webchat-1');
  assert.ok(pids.length > 0, 'webchat-1 runs');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  for (const text of ['While it is gone', 'And on']) await write(text);
  await shop.message('And on').getByText('sent').waitFor();
  await until(async () => (await portal.texts()).length >= written.length, 60_000);
  assert.deepEqual(await portal.texts(), written);
  // Whichever it was connected to, a new page begins at the one that is left, and finds everything.
  await page.reload();
  await portal.answer('Here we are');
  await shop.message('Here we are').waitFor();
  for (const text of written) assert.equal(await shop.message(text).count(), 1, text);
});
