import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test as anyTest, before } from 'node:test';
import { until } from '@trunkline/testkit';
import type { Browser, Page } from 'playwright-core';
import { type Api, apiOf } from '../../../scripts/up/api.ts';
import { openPortalPage, type PortalSide } from '../../../scripts/up/once/portal-page.ts';
import { openBrowser } from './browser.ts';
import { formTag, openCompanyPage } from './form-page.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

const test = (name: string, body: () => Promise<void>) => anyTest(name, { timeout: 180_000 }, body);

/** What the portal is told, as far as these stories look. */
interface Told {
  readonly conversation?: { readonly id: string };
  readonly contact?: {
    readonly id: string;
    readonly displayName: string;
    readonly ids: Readonly<Record<string, string>>;
  };
  readonly messageReceived?: {
    readonly context?: { readonly source: string; readonly pageUrl: string };
    readonly content?: { readonly form?: { readonly name: string; readonly values: Readonly<Record<string, string>> } };
  };
  readonly messageStatus?: {
    readonly messageId: string;
    readonly error?: { readonly code: string; readonly text: string };
  };
}

const all = new AsyncDisposableStack();
let demo: WholeDemo;
let portal: PortalSide;
let browser: Browser;
let api: Api;
let formUrl: string;

before(async () => {
  demo = all.use(await runDemo());
  portal = all.use(await openPortalPage(demo.pageUrl));
  browser = all.use(await openBrowser());
  api = apiOf(demo.gatewayUrl, demo.demo.apiKey);
  const { tenantId, lineId } = demo.demo;
  const order = { tenantId, lineId, idempotencyKey: randomUUID(), connector: 'forms', name: 'Contact form' };
  const settingsJson = JSON.stringify({ country: 'RU' });
  // The connector may not have told the directory of itself yet.
  const channel = await until(
    () =>
      api<{ deepLink: string }>('DirectoryService/CreateChannel', { ...order, settingsJson }).catch(() => undefined),
    90_000,
  );
  formUrl = channel.deepLink;
});
after(() => all.disposeAsync());

const told = () => portal.events.map(({ data }) => data as Told);
const formsTold = () => told().filter(({ messageReceived }) => messageReceived?.content?.form !== undefined);

/** Somebody on the company's page, with no mouse. */
async function fillIn(page: Page, keys: { readonly name: string; readonly phone: string; readonly message: string }) {
  await page.getByLabel('Name').focus();
  for (const text of [keys.name, keys.phone, keys.message]) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByText('Thank you!').waitFor();
}

test('a form that a visitor fills in by keyboard reaches the portal with number, name and page; the same number is the same person', async () => {
  const context = await browser.newContext();
  await using company = await openCompanyPage(context, { html: formTag(formUrl), path: '/contact?utm_source=ya' });
  const { page, origin } = company;
  await fillIn(page, { name: 'Anna', phone: '8 912 345-67-89', message: 'Is the lid glazed?' });
  await page.reload();
  await fillIn(page, { name: 'Anna Petrova', phone: '+7 (912) 345 67 89', message: 'And is it blue?' });
  await until(() => formsTold().length === 2, 60_000);

  const [first, second] = formsTold();
  const form = { name: 'feedback', values: { name: 'Anna', phone: '+79123456789', message: 'Is the lid glazed?' } };
  assert.deepEqual(first?.messageReceived?.content?.form, form);
  assert.equal(first?.contact?.ids.phone, '+79123456789');
  assert.equal(first?.contact?.displayName, 'Anna');
  assert.deepEqual(
    [second?.conversation?.id, second?.contact?.id, second?.contact?.displayName],
    [first?.conversation?.id, first?.contact?.id, 'Anna Petrova'],
  );
  for (const { messageReceived } of [first, second].filter((form) => form !== undefined)) {
    const { source, pageUrl } = messageReceived?.context ?? {};
    assert.deepEqual([source, pageUrl], ['form', `${origin}/contact?utm_source=ya`]);
  }
  assert.deepEqual(portal.problems, []);
  await context.close();
});

test('nothing can be sent to whoever sent a form: that is said before, in words, and so is what would do', async () => {
  const [form] = formsTold();
  const conversationId = form?.conversation?.id ?? assert.fail('no form came');
  const verdict = await api<Record<string, unknown>>('MessageService/CanSend', { conversationId });
  assert.deepEqual([verdict.isAllowed ?? false, verdict.code], [false, 'unsupported']);
  assert.match(String(verdict.reason), /answered elsewhere/);
  assert.match(String(verdict.remedy), /^Call the person/);
  const message = { conversationId, message: { content: { text: { plain: 'Yes, it is' } } } };
  const order = { tenantId: demo.demo.tenantId, idempotencyKey: randomUUID(), message };
  const { messageId } = await api<{ messageId: string }>('MessageService/Submit', order);
  const status = await until(
    () => told().find(({ messageStatus }) => messageStatus?.messageId === messageId)?.messageStatus,
    60_000,
  );
  assert.equal(status.error?.code, 'unsupported');
  assert.match(status.error?.text ?? '', /answered elsewhere.*Call the person/);
});

test('a connected form is connected again without a change of its key: what is open on a page can still be sent', async () => {
  const given = await fetch(`${formUrl}/form?lang=en`, { headers: { origin: 'https://shop.example' } });
  const { html } = (await given.json()) as { html: string };
  const token = /name="token" value="([^"]+)"/.exec(html)?.[1];
  const channelId = new URL(formUrl).pathname.split('/').at(-1);
  await api('DirectoryService/ReconnectChannel', { channelId });
  const body = JSON.stringify({ token, lang: 'en', values: { phone: '+49 1512 3456789', message: 'Still here' } });
  await until(async () => (await fetch(`${formUrl}/form`, { method: 'POST', body })).status === 200, 30_000);
  await until(() => formsTold().length === 3, 60_000);
});
