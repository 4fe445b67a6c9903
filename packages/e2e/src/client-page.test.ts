import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { createTelegramSimulator } from '../../../services/connectors/telegram/simulator/index.ts';
import { openBrowser } from './browser.ts';

let browser: Browser;

before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
});

const desk = { viewport: { width: 1_000, height: 860 }, colorScheme: 'light' } as const;
const telephone = { viewport: { width: 390, height: 780 }, colorScheme: 'dark', hasTouch: true } as const;

/** The page to write as a client, and the platform behind it. */
async function given(screen: typeof desk | typeof telephone) {
  const simulator = await createTelegramSimulator();
  const context = await browser.newContext(screen);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(simulator.url);
  await page.getByText('you are Anna').waitFor();
  return {
    page,
    simulator,
    /** What the bot writes to whoever wrote to it last. */
    say: async (fields: object) => {
      const chat_id = await until(() => [...simulator.bot.rooms.keys()].at(-1));
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ chat_id, ...fields });
      await fetch(`${simulator.url}/bot${simulator.token}/sendMessage`, { method: 'POST', headers, body });
    },
    messages: () => [...simulator.bot.rooms.values()].flatMap(({ messages }) => [...messages.values()]),
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await simulator.close();
      assert.deepEqual(errors, []);
    },
  };
}

async function checkAccess(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run(document)')) as {
    violations: readonly { id: string; nodes: readonly { html: string }[] }[];
  };
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    [],
  );
}

test('a client writes, answers, reacts and presses by keyboard alone', async () => {
  await using world = await given(desk);
  const { page, say, messages } = world;
  await page.getByRole('button', { name: 'START' }).press('Enter');
  await page.getByRole('textbox', { name: 'Message' }).press('x');
  await page.keyboard.type(' hello');
  await page.keyboard.press('Enter');
  await page.getByText('x hello').waitFor();
  const reply_markup = { inline_keyboard: [[{ text: 'Later', callback_data: 'later' }]] };
  await say({ text: '<b>Order 17</b>', parse_mode: 'HTML', reply_markup });
  await page.getByRole('button', { name: 'Later' }).press('Enter');
  await until(() => world.simulator.waitingUpdates() > 2);
  await page.getByRole('button', { name: 'React with 👍' }).press('Enter');
  await page.getByRole('button', { name: 'Take 👍 back' }).waitFor();
  await page.getByRole('button', { name: 'Answer', exact: true }).press('Enter');
  await page.keyboard.type('an answer');
  await page.keyboard.press('Enter');
  await until(() => messages().some(({ text, reply_to_message: to }) => text === 'an answer' && to !== undefined));
  await checkAccess(page);
});

test('on a telephone troubles are switched on and off, a file is sent, and the menu closes by Escape', async () => {
  await using world = await given(telephone);
  const { page, simulator, messages } = world;
  await page.getByRole('button', { name: 'START' }).tap();
  await page.getByRole('button', { name: 'Trouble' }).tap();
  const slow = page.getByRole('checkbox', { name: 'Does it late' });
  await slow.tap();
  await until(() => simulator.bot.faults.isArmed('slow'));
  await checkAccess(page);
  await slow.tap();
  await until(() => !simulator.bot.faults.isArmed('slow'));
  await page.keyboard.press('Escape');
  await slow.waitFor({ state: 'hidden' });
  const buffer = Buffer.from('price list');
  await page
    .getByLabel('Attach a file')
    .first()
    .setInputFiles({ name: 'price.pdf', mimeType: 'application/pdf', buffer });
  await until(() => messages().some(({ document }) => document !== undefined));
  await page.getByRole('link', { name: 'price.pdf' }).waitFor();
  await page.getByLabel('More').tap();
  await page.getByRole('button', { name: 'Share my number' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Share my number' }).waitFor({ state: 'hidden' });
  await checkAccess(page);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
});
