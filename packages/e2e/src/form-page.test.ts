import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHttpDouble, until } from '@trunkline/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type FormDoor, startFormDoor } from '../../../services/connectors/forms/simulator/door.ts';
import { openBrowser } from './browser.ts';
import { type CompanyPage, formTag, openCompanyPage } from './form-page.ts';

const look = { country: 'RU', email: 'optional', consent: 'I agree.', consentUrl: 'https://shop.example/privacy' };

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(async () => await browser?.close());

interface Stage {
  readonly settings?: object;
  readonly context?: BrowserContextOptions;
  readonly page?: (door: FormDoor) => CompanyPage;
}

/** A form on a company's page, in a browser of its own; the door behind it as the test wants it. */
async function openForm({ settings = look, context: options = {}, page = tagOnly }: Stage = {}) {
  await using stack = new AsyncDisposableStack();
  const door = stack.use(await startFormDoor({ settings }));
  const context = await browser.newContext(options);
  stack.defer(() => context.close());
  const company = stack.use(await openCompanyPage(context, page(door)));
  const owned = stack.move();
  return { ...company, door, context, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function tagOnly({ url }: FormDoor): CompanyPage {
  return { html: formTag(url), path: '/contact?utm_source=ya' };
}

/** What was stored of forms, each once. */
function formsIn({ entered }: FormDoor): readonly Record<string, string>[] {
  const written = entered as { id: string; message?: { content: { form: { values: Record<string, string> } } } }[];
  const forms = written.flatMap(({ id, message }) => (message ? [[id, message.content.form.values] as const] : []));
  return [...new Map(forms).values()];
}

async function fill(page: Page): Promise<void> {
  await page.getByLabel('Phone').fill('8 912 345-67-89');
  await page.getByRole('textbox', { name: 'Message' }).fill('Is it glazed?');
  await page.getByRole('checkbox').check();
}

const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).click();

test('a visitor asks for a call by the keyboard alone, and the company gets number, name, time and page', async () => {
  await using form = await openForm();
  const { page, door } = form;
  const focused = page.locator('trunkline-form').locator('*:focus');
  await page.getByLabel('Phone').waitFor();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('Tab', 'ArrowRight');
  assert.equal(await page.getByRole('radio', { name: 'Call me back' }).isChecked(), true);
  await press('Tab');
  await page.keyboard.type('Anna');
  await press('Tab');
  await page.keyboard.type('8 912 345-67-89');
  await press('Tab', 'Tab', 'ArrowDown', 'Tab', 'Space', 'Tab');
  assert.equal(await focused.getAttribute('href'), 'https://shop.example/privacy');
  await press('Tab', 'Enter');
  await page.getByRole('status').getByText('Thank you! We will call you.').waitFor();
  assert.match((await focused.getAttribute('class')) ?? '', /done/, 'it is read out: the focus is on it');
  assert.deepEqual(formsIn(door), [{ name: 'Anna', phone: '+79123456789', call_at: 'morning', consent: 'yes' }]);
  const [told] = door.entered as { context: Record<string, unknown>; sender: Record<string, unknown> }[];
  assert.equal(told?.context.pageUrl, `${form.origin}/contact?utm_source=ya`);
  assert.deepEqual([told?.context.utm, told?.context.pageTitle], [{ source: 'ya' }, 'Kettle & Cup']);
  assert.deepEqual([told?.sender.displayName, told?.sender.locale], ['Anna', 'en']);
  await press('Tab', 'Enter');
  await page.getByLabel('Phone').waitFor();
  assert.equal(await focused.getAttribute('name'), 'kind', 'another one begins where it begins');
});

test('what is wrong is said at its field and read out, and the first of it has the focus', async () => {
  await using form = await openForm();
  const { page, door } = form;
  await send(page);
  await page.getByRole('alert').getByText('Please check the form.').waitFor();
  const phone = page.getByLabel('Phone');
  assert.equal(await page.locator('trunkline-form').locator('*:focus').getAttribute('name'), 'phone');
  assert.equal(await phone.getAttribute('aria-invalid'), 'true');
  const described = await phone.getAttribute('aria-describedby');
  assert.equal(await page.locator(`#${described}`).textContent(), 'Please fill this in.');
  await fill(page);
  assert.equal(await phone.getAttribute('aria-invalid'), null, 'what is put right is not wrong any more');
  await phone.fill('112');
  await send(page);
  await page.getByText('This is not a phone number. Please check it.').waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).inputValue(), 'Is it glazed?');
  assert.deepEqual(formsIn(door), []);
});

test('while the door is down the form keeps what was typed, says so, and is sent once when it is up', async () => {
  await using form = await openForm();
  const { page, door } = form;
  await fill(page);
  door.isDown = true;
  await send(page);
  await page.getByRole('alert').getByText('What you wrote is still here').waitFor();
  door.isDown = false;
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).inputValue(), 'Is it glazed?');
  await send(page);
  await page.getByText('Thank you! We have your message.').waitFor();
  assert.deepEqual(formsIn(door), [{ phone: '+79123456789', message: 'Is it glazed?', consent: 'yes' }]);
});

test('a door that is down for a moment is nothing that a visitor hears of; nor is a network that is', async () => {
  await using form = await openForm();
  const { page, door, context } = form;
  await fill(page);
  door.isDown = true;
  await send(page);
  await page.getByText('Sending…').waitFor();
  door.isDown = false;
  await page.getByText('Thank you!').waitFor();
  await page.getByRole('button', { name: 'Send another one' }).click();
  await fill(page);
  await context.setOffline(true);
  await send(page);
  await page.getByText('Sending…').waitFor();
  await context.setOffline(false);
  await page.getByText('Thank you!').waitFor();
  assert.equal(formsIn(door).length, 2);
});

test('a browser that filled in what nobody sees is asked to press once more, and nothing is lost', async () => {
  await using form = await openForm();
  const { page, door } = form;
  await fill(page);
  await page.locator('input[name=website]').evaluate((field) => Reflect.set(field, 'value', 'https://a.example'));
  await send(page);
  await page.getByRole('alert').getByText('Please press Send once more.').waitFor();
  await send(page);
  await page.getByText('Thank you!').waitFor();
  assert.equal(formsIn(door).length, 1);
});

test('a page that was open for a day is sent all the same', async () => {
  await using form = await openForm();
  const { page, door } = form;
  await fill(page);
  door.aheadMs = 25 * 60 * 60_000;
  await send(page);
  await page.getByText('Thank you!').waitFor();
  assert.equal(formsIn(door).length, 1);
});

test('the form speaks the language of the page, and what its tag says goes before', async () => {
  const page = ({ url }: FormDoor) => ({ lang: 'ru-RU', html: formTag(url, 'data-kind="callback" data-theme="dark"') });
  await using form = await openForm({ page });
  await form.page.getByRole('button', { name: 'Жду звонка' }).waitFor();
  assert.equal(await form.page.locator('.box').getAttribute('data-theme'), 'dark');
});

test('on a site that is not on the list there is no form, and whoever put it there reads why', async () => {
  await using door = await startFormDoor({ settings: { origins: ['https://shop.example'] } });
  const context = await browser.newContext();
  const told: string[] = [];
  context.on('console', (message) => told.push(message.text()));
  await using company = await openCompanyPage(context, { html: formTag(door.url) });
  await until(() => told.some((text) => text.includes('not on the list')));
  assert.equal(await company.page.locator('form').count(), 0);
  await context.close();
});

test('a page with a strict policy of its own shows the form in its dress', async () => {
  await using door = await startFormDoor({ settings: look });
  const { origin } = new URL(door.url);
  const headers = {
    'content-type': 'text/html',
    'content-security-policy': `default-src 'none'; script-src ${origin}; connect-src ${origin}; style-src 'self'`,
  };
  const body = `<!doctype html><html lang="en"><title>Strict</title><main>${formTag(door.url)}</main></html>`;
  await using site = await startHttpDouble(() => ({ status: 200, headers, body }));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url);
  await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
  const button = "document.querySelector('trunkline-form').shadowRoot.querySelector('.send')";
  assert.equal(await page.evaluate(`getComputedStyle(${button}).backgroundColor`), 'rgb(37, 99, 235)');
  await context.close();
});

test('in a frame and without a script the form is filled in, put right and sent', async () => {
  const page = ({ url }: FormDoor) => ({
    html: `<iframe src="${url}?lang=en" title="Write to us" referrerpolicy="no-referrer-when-downgrade"></iframe>`,
  });
  await using form = await openForm({ context: { javaScriptEnabled: false }, page });
  const frame = form.page.frameLocator('iframe');
  await frame.getByLabel('Phone').fill('112');
  await frame.getByRole('textbox', { name: 'Message' }).fill('No script here');
  await frame.getByRole('checkbox').check();
  await frame.getByRole('button', { name: 'Send', exact: true }).click();
  await frame.getByText('This is not a phone number. Please check it.').waitFor();
  assert.equal(await frame.getByRole('textbox', { name: 'Message' }).inputValue(), 'No script here');
  await frame.getByLabel('Phone').fill('8 912 345-67-89');
  form.door.aheadMs = 5_000;
  await frame.getByRole('button', { name: 'Send', exact: true }).click();
  await frame.getByText('Thank you! We have your message.').waitFor();
  const [told] = form.door.entered as { context: { pageUrl: string } }[];
  assert.equal(told?.context.pageUrl, `${form.origin}/contact`);
  await frame.getByRole('link', { name: 'Send another one' }).click();
  await frame.getByLabel('Phone').waitFor();
});

test('on our own page, behind a list of sites, the form is sent: the browser says whose page it is', async () => {
  await using door = await startFormDoor({ settings: { country: 'RU', origins: ['https://shop.example'] } });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${door.url}?lang=en`);
  await page.getByLabel('Phone').fill('8 912 345-67-89');
  await page.getByRole('textbox', { name: 'Message' }).fill('From the link');
  door.aheadMs = 5_000;
  const [request] = await Promise.all([page.waitForRequest((one) => one.method() === 'POST'), send(page)]);
  await page.getByText('Thank you! We have your message.').waitFor();
  assert.equal(request.headers().origin, new URL(door.url).origin);
  await context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`nothing of the form is in the way of people who cannot see it or use a mouse, ${colorScheme}`, async () => {
    await using form = await openForm({ context: { colorScheme } });
    const { page } = form;
    const check = async (state: string) => {
      await page.evaluate(axe.source);
      const result = (await page.evaluate('axe.run("trunkline-form")')) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      const told = result.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.failureSummary).join(' ')}`,
      );
      assert.deepEqual(told, [], state);
    };
    await page.getByLabel('Phone').waitFor();
    await check('empty');
    await send(page);
    await page.getByRole('alert').getByText('Please check the form.').waitFor();
    await check('wrong');
    await page.getByRole('radio', { name: 'Call me back' }).check();
    await check('a call');
    await page.getByRole('radio', { name: 'Message' }).check();
    await fill(page);
    await send(page);
    await page.getByText('Thank you!').waitFor();
    await check('sent');
  });
}
