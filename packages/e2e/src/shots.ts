import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';

const screens = [
  { name: 'desktop', viewport: { width: 1440, height: 900 } },
  { name: 'phone', viewport: { width: 390, height: 844 } },
] as const;

/** Takes pictures of the demo page in every size and colour, with a conversation on it; gives the files. */
export async function takeShots(pageUrl: string, folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  await using browser = await openBrowser();
  for (const { name, viewport } of screens) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const file = join(folder, `${name}-${colorScheme}.png`);
      await using shown = await openPage(browser, { pageUrl, viewport, colorScheme });
      await converse(shown.page);
      await takeShot(shown.page, file);
      files.push(file);
      const telephone = join(folder, `telephone-${name}-${colorScheme}.png`);
      if (await telephoneOf(shown.page)) files.push(await takeShot(shown.page, telephone));
      await shown.page.getByRole('tab', { name: 'Website chat' }).click();
      if (name !== 'desktop' || colorScheme !== 'light') continue;
      const waiting = join(folder, `${name}-${colorScheme}-waiting.png`);
      await whileOff(shown.page, () => takeShot(shown.page, waiting));
      files.push(waiting);
    }
  }
  return files;
}

interface Shown {
  readonly pageUrl: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
}

async function openPage(browser: Browser, { pageUrl, ...options }: Shown) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(pageUrl);
  return { page, [Symbol.asyncDispose]: () => context.close() };
}

async function takeShot(page: Page, path: string): Promise<string> {
  // The bar stays in place while a page is scrolled: a picture of the whole page begins at its head.
  await page.evaluate('scrollTo(0, 0); document.activeElement.blur()');
  await page.screenshot({ path, fullPage: (page.viewportSize()?.width ?? 0) < 500 });
  return path;
}

/** Chooses the last messenger of the telephone, and writes by it; false where there is none to choose. */
async function telephoneOf(page: Page): Promise<boolean> {
  await page.getByRole('tab', { name: 'Telephone' }).click();
  const choice = page.getByRole('combobox', { name: 'The person writes by' });
  if (!(await choice.isVisible())) return false;
  const messenger = (await choice.locator('option').allInnerTexts()).at(-1) ?? '';
  await choice.selectOption(messenger);
  const screen = page.frameLocator(`iframe[title$=" ${messenger}"]`);
  const text = 'Do you deliver on Sundays?';
  await screen.getByRole('textbox', { name: 'Message' }).fill(text);
  await screen.getByRole('textbox', { name: 'Message' }).press('Enter');
  await screen.getByText(text).last().waitFor();
  // Earlier pictures are of the same portal, and left the same words there: the way is of the last message.
  await page.getByText(`the message “${text}”`).waitFor();
  await page.locator('#stations:not(.back) li:last-child.done').waitFor();
  return true;
}

/** What the page shows while messages wait for the portal. */
async function whileOff(page: Page, look: () => Promise<unknown>): Promise<void> {
  const mode = async (value: string) => await page.locator(`input[name=mode][value=${value}]`).check({ force: true });
  await mode('off');
  const box = page.getByRole('textbox', { name: 'Write a message…' });
  for (const text of ['Yes, please!', 'I come for it on Friday.']) {
    await box.fill(text);
    await box.press('Enter');
  }
  await page.getByText('2 waiting').waitFor();
  await page.locator('#stations:not(.back) li.wait').waitFor();
  await look();
  await mode('on');
}

/** A question in the shop, its answer in the portal. */
async function converse(page: Page): Promise<void> {
  const open = page.getByRole('button', { name: 'Open the chat' });
  const box = page.getByRole('textbox', { name: 'Write a message…' });
  await box.or(open).first().waitFor();
  if (await open.isVisible()) await open.click();
  for (const text of ['Hello! Is the lid of the teapot glazed inside too?', 'And does it come in blue?']) {
    const taken = page.locator('#list .text');
    const before = await taken.count();
    await box.fill(text);
    await box.press('Enter');
    await taken.nth(before).waitFor();
  }
  const read = page.getByText('the answer was read');
  const before = await read.count();
  const answer = 'Hello! Yes, inside and out. Blue comes back in May: shall I keep one for you?';
  await page.getByRole('textbox', { name: 'Answer' }).fill(answer);
  await page.getByRole('textbox', { name: 'Answer' }).press('Enter');
  await page.getByRole('dialog').getByText(answer).last().waitFor();
  await read.nth(before).waitFor();
  await page.locator('#stations.back li:last-child.done').waitFor();
  await page.locator('#stations').getByText('read').waitFor();
}
