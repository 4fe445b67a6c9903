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
      await takeShot(browser, { pageUrl, file, viewport, colorScheme });
      files.push(file);
    }
  }
  return files;
}

interface Shot {
  readonly pageUrl: string;
  readonly file: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
}

async function takeShot(browser: Browser, { pageUrl, file, ...options }: Shot): Promise<void> {
  await using context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(pageUrl);
  await converse(page);
  // The bar stays in place while a page is scrolled: a picture of the whole page begins at its head.
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: file, fullPage: options.viewport.width < 500 });
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
