import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContext } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { type ShopSide, shopSide } from './sides.ts';
import { openWidgetPage, type WidgetPage, type WidgetPageOptions } from './widget-page.ts';

let browser: Browser;
let context: BrowserContext | undefined;

before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
});
afterEach(async () => {
  await context?.close();
});

type Screen = NonNullable<Parameters<Browser['newContext']>[0]>;

async function open(options: WidgetPageOptions = {}, screen: Screen = {}): Promise<WidgetPage & { shop: ShopSide }> {
  context = await browser.newContext(screen);
  const widget = await openWidgetPage(context, options);
  // The members of a widget page are read when they are asked for: the door is switched by the test.
  return Object.assign(widget, { shop: shopSide(widget.page) });
}

const said = (text: string, more: object = {}) => ({
  ...{ from: 'operator', kind: 'message', messageId: 'm', author: { name: 'Olga', avatarUrl: '' } },
  ...{ text, marks: [], buttons: [], ...more },
});
const sentTexts = ({ sent }: WidgetPage) => sent.filter(({ t }) => t === 'send').map(({ text }) => text);

test('what stands in the log but was not acknowledged is sent again: the log is not yet the company', async () => {
  const widget = await open();
  widget.door = 'down';
  await widget.shop.write('Only in the log');
  await until(() => sentTexts(widget).length > 1);
  await widget.shop.message('Only in the log').getByText('sending…').waitFor();
  assert.equal(await widget.shop.message('Only in the log').count(), 1);
  await widget.page.reload();
  await widget.shop.message('Only in the log').getByText('sending…').waitFor();
  widget.door = 'open';
  await widget.shop.message('Only in the log').getByText('sent').waitFor();
  assert.equal(await widget.shop.message('Only in the log').count(), 1);
  assert.equal(new Set(widget.sent.filter(({ t }) => t === 'send').map(({ cid }) => cid)).size, 1);
});

test('without a network messages wait, say so, and go out in their order', async () => {
  const widget = await open();
  await widget.shop.write('One');
  await widget.network(false);
  for (const text of ['Two', 'Three']) await widget.shop.write(text);
  await widget.shop.message('Three').getByText('waiting').waitFor();
  await widget.page.getByText('No connection').waitFor();
  await widget.network(true);
  await widget.shop.message('Three').getByText('sent').waitFor();
  await widget.page.getByText('Connected').waitFor();
  assert.deepEqual(sentTexts(widget), ['One', 'Two', 'Three']);
});

test('a server that is away is tried again at once when the visitor says so', async () => {
  const widget = await open();
  await widget.page.getByText('Connected').waitFor();
  await widget.page.clock.install();
  await widget.server(false);
  const again = widget.page.getByRole('button', { name: 'Try now' });
  await until(async () => {
    await widget.page.clock.runFor(2_000);
    return await again.isVisible();
  });
  await widget.server(true);
  assert.equal(await widget.page.getByText('Connected').isVisible(), false);
  await again.click();
  await widget.page.getByText('Connected').waitFor();
});

test('what was refused says why, and is sent again or taken back', async () => {
  const widget = await open();
  widget.door = 'refuses';
  for (const text of ['Bad one', 'Bad two']) await widget.shop.write(text);
  await widget.shop.message('Bad two').getByText('not sent: No files of this kind.').waitFor();
  await widget.shop.message('Bad one').getByRole('button', { name: 'Remove' }).click();
  await widget.shop.message('Bad one').waitFor({ state: 'detached' });
  widget.door = 'open';
  await widget.shop.message('Bad two').getByRole('button', { name: 'Try again' }).click();
  await widget.shop.message('Bad two').getByText('sent').waitFor();
});

test('typing is told now and then, the company’s is shown, and a read mark becomes “seen”', async () => {
  const widget = await open();
  await widget.page.getByText('Connected').waitFor();
  await widget.page.getByRole('textbox').pressSequentially('Hello');
  await until(() => widget.sent.some(({ t }) => t === 'typing'));
  assert.equal(widget.sent.filter(({ t }) => t === 'typing').length, 1);
  await widget.page.keyboard.press('Enter');
  await widget.shop.message('Hello').getByText('sent').waitFor();
  widget.tell({ t: 'typing', on: true });
  await widget.page.getByText('is writing…').waitFor();
  widget.append(said('Good day'));
  await widget.page.getByText('is writing…').waitFor({ state: 'detached' });
  widget.tell({ t: 'seen', upTo: 1 });
  await widget.shop.message('Hello').getByText('seen').waitFor();
  await until(() => widget.sent.some(({ t, upTo }) => t === 'read' && upTo === 2));
});

test('a picture is seen before it is sent, and its link carries the newest token', async () => {
  const widget = await open();
  await widget.page.clock.install();
  await widget.page.getByText('Connected').waitFor();
  const file = { name: 'teapot.png', mimeType: 'image/png', buffer: Buffer.from('not really a picture') };
  await widget.page.locator('input[type=file]').setInputFiles(file);
  await widget.page.getByText('teapot.png').waitFor();
  await widget.page.getByRole('button', { name: 'Send' }).click();
  await until(() => widget.sent.some(({ uploadId }) => uploadId !== undefined));
  await widget.page.reload();
  const link = widget.page.getByRole('link', { name: 'teapot.png' });
  await link.waitFor();
  await widget.page.getByText('Connected').waitFor();
  assert.match((await link.getAttribute('href')) ?? '', /token=first/);
  // After 25 s: the server gives a new token with its answer to a ping.
  await widget.page.clock.runFor(26_000);
  await until(async () => {
    await link.click();
    return (await link.getAttribute('href'))?.includes('token=later');
  });
});

test('the session is told where the visitor came from, and the first page of the visit is kept', async () => {
  const widget = await open({ search: '?utm_source=ya&utm_term=teapot', attributes: '' });
  await context?.addCookies([
    { name: '_ym_uid', value: '1699', url: 'http://shop.test' },
    { name: 'roistat_visit', value: '77', url: 'http://shop.test' },
    { name: '_ct_session_id', value: '5', url: 'http://shop.test' },
  ]);
  await widget.page.goto('http://shop.test/teapot');
  await widget.page.getByRole('button', { name: 'Open the chat' }).click();
  await until(() => widget.sessions.length > 0);
  const [session] = widget.sessions;
  assert.deepEqual(session?.utm, { utm_source: 'ya', utm_term: 'teapot' });
  assert.deepEqual(
    [session?.yandexClientId, session?.roistatVisitId, session?.calltouchSessionId],
    ['1699', '77', '5'],
  );
  assert.match(JSON.stringify(session?.page), /http:\/\/shop\.test\/teapot/);
});

test('a page that is not on the list says so to its visitor, and why to its maker', async () => {
  const body = { code: 'permission_denied', message: 'This site is not on the list of the widget.' };
  context = await browser.newContext();
  const told: string[] = [];
  context.on('console', (message) => told.push(message.text()));
  const { page } = await openWidgetPage(context, { refusal: { status: 403, body } });
  await page.getByText('The chat is not available here.').waitFor();
  assert.ok(told.includes('Chat: This site is not on the list of the widget.'));
  assert.equal(await page.getByRole('textbox').isDisabled(), true);
});

test('everything is done by keyboard: opened, written, sent, closed; focus goes where it is expected', async () => {
  const { page, shop, sent } = await open({ attributes: '' });
  const focused = () => page.evaluate('document.activeElement.shadowRoot.activeElement.ariaLabel') as Promise<string>;
  await page.getByRole('button', { name: 'Open the chat' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await shop.messages.or(page.getByRole('dialog')).first().waitFor();
  await until(async () => (await focused()) === 'Write a message…');
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('on two lines');
  await page.keyboard.press('Enter');
  await until(() => sent.some(({ text }) => text === 'By keyboard\non two lines'));
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(), 'Attach a file');
  await page.keyboard.press('Escape');
  await until(async () => (await focused()) === 'Open the chat');
});

const screens: readonly [string, Screen][] = [
  ['a desktop', { viewport: { width: 1280, height: 800 } }],
  ['a telephone', { viewport: { width: 390, height: 844 }, hasTouch: true }],
  ['a desktop in the dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
];
for (const [name, screen] of screens) {
  test(`on ${name} nothing overflows, long words and names included, and axe has nothing to say`, async () => {
    const author = { name: 'Olga Wolfeschlegelsteinhausenbergerdorff'.repeat(3), avatarUrl: '' };
    const buttons = [[{ text: 'Green', callback: 'g' }], [{ text: 'Catalogue', url: 'https://a.example' }]];
    const long = 'pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(4);
    const widget = await open({ log: [said(long, { author }), said('Which one?', { buttons })] }, screen);
    await widget.shop.write('שלום, האם הקומקום במלאי?');
    await widget.shop.message('שלום').getByText('sent').waitFor();
    widget.door = 'refuses';
    await widget.shop.write(long);
    await widget.shop.message('not sent').waitFor();
    await widget.network(false);
    await widget.shop.write('Waits');
    await widget.page.getByText('No connection').waitFor();
    const log = widget.page.getByRole('log');
    assert.equal(await log.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), 0);
    await widget.page.evaluate(axe.source);
    const { violations } = (await widget.page.evaluate('axe.run("trunkline-widget")')) as {
      violations: readonly { id: string; nodes: readonly { html: string }[] }[];
    };
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
    );
  });
}
