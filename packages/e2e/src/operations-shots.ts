import { join } from 'node:path';
import { until } from '@trunkline/testkit';
import type { Locator, Page } from 'playwright-core';
import { apiOf } from '../../../scripts/up/api.ts';
import { openBrowser } from './browser.ts';

/** An installation with the demo, and its administrator. */
export interface ShownInstallation {
  readonly gatewayUrl: string;
  readonly administratorKey: string;
  /** Address of the demo page: from there the portal is switched off, and written to. */
  readonly pageUrl: string;
}

const screens = [
  { name: 'desktop', viewport: { width: 1440, height: 900 } },
  { name: 'phone', viewport: { width: 390, height: 844 } },
] as const;

/** Takes pictures of the operations page and of a status page, while the demo's portal is down; gives the files. */
export async function takeOperationsShots(shown: ShownInstallation, folder: string): Promise<readonly string[]> {
  const portalId = await fail(shown);
  const files = await takeBoardShots({ ...shown, portalId }, { folder, prefix: '' });
  await switchPortal(shown, 'on');
  return files;
}

/** Where both pages are, and whose status is public. */
export interface ShownBoard extends Pick<ShownInstallation, 'gatewayUrl' | 'administratorKey'> {
  /** A portal whose events are late. */
  readonly portalId: string;
}

/** Takes pictures of both pages as they are, in every size and colour; gives the files. Rejects when a page does not show what it must. */
export async function takeBoardShots(
  { gatewayUrl, administratorKey, portalId }: ShownBoard,
  { folder, prefix }: { readonly folder: string; readonly prefix: string },
): Promise<readonly string[]> {
  await using browser = await openBrowser();
  const files: string[] = [];
  const take = async (page: Page, name: string, fullPage = true) => {
    const path = join(folder, `${prefix}${name}.png`);
    await page.screenshot({ path, fullPage });
    files.push(path);
  };
  for (const { name, viewport } of screens) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(`${gatewayUrl}/operations`);
      const portal = await openBoard(page, administratorKey);
      await take(page, `operations-${name}-${colorScheme}`);
      if (name === 'desktop' && colorScheme === 'light') {
        await portal.click();
        // Under chaos history may be behind: then the page says so.
        await page.locator('#attempts tr, #attempts-none:not(:empty)').first().waitFor();
        await take(page, `operations-${name}-${colorScheme}-portal`, false);
      }
      await page.goto(`${gatewayUrl}/status/${portalId}`);
      await page.getByText('Messages arrive late').waitFor({ timeout: 90_000 });
      await take(page, `status-${name}-${colorScheme}`);
      await context.close();
    }
  }
  return files;
}

/** Opens the board, trying the key again while nobody answers; gives the name of the portal that is worst. */
async function openBoard(page: Page, administratorKey: string): Promise<Locator> {
  const portal = page.locator('#rows').getByRole('button').first();
  await until(async () => {
    if (await portal.isVisible()) return true;
    if (!(await page.locator('#key').isVisible())) return false;
    await page.locator('#key').fill(administratorKey);
    await page.keyboard.press('Enter');
    return await portal.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  }, 60_000);
  return portal;
}

/** The demo's portal does not answer, messages wait for it, and its status is public. Gives its id. */
async function fail(shown: ShownInstallation): Promise<string> {
  await using browser = await openBrowser();
  const { gatewayUrl, administratorKey, pageUrl } = shown;
  const page = await browser.newPage();
  await page.goto(pageUrl);
  const open = page.getByRole('button', { name: 'Open the chat' });
  const box = page.getByRole('textbox', { name: 'Write a message…' });
  await box.or(open).first().waitFor();
  if (await open.isVisible()) await open.click();
  const write = async (text: string) => {
    await box.fill(text);
    await box.press('Enter');
  };
  await write('Hello! Is the teapot in stock?');
  await page.locator('#list .text').first().waitFor();
  await switchPortal(shown, 'off');
  for (const text of ['Is anybody there?', 'I come for it on Friday.', 'Shall I pay in advance?']) await write(text);
  const administrator = apiOf(gatewayUrl, administratorKey);
  const portalId = await until(async () => {
    const { portals } = await administrator<{ portals?: { portalId: string }[] }>('DeliveryService/GetOverview', {});
    return portals?.[0]?.portalId;
  }, 30_000);
  const { settings } = await administrator<{ settings: object }>('DirectoryService/GetPortal', { portalId });
  await administrator('DirectoryService/UpdatePortal', { portalId, settings: { ...settings, isStatusPublic: true } });
  await until(async () => (await fetch(`${gatewayUrl}/status/${portalId}`)).ok);
  await page.close();
  return portalId;
}

async function switchPortal({ pageUrl }: ShownInstallation, mode: 'on' | 'off'): Promise<void> {
  await fetch(new URL('/api/mode', pageUrl), { method: 'POST', body: JSON.stringify({ mode }) });
}
