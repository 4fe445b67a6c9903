import type { Locator, Page } from 'playwright-core';

/** The shop's side of the page: the widget. */
export interface ShopSide {
  readonly write: (text: string) => Promise<void>;
  readonly attach: (file: { name: string; mimeType: string; buffer: Buffer }) => Promise<void>;
  /** A message that the window shows, by its words. */
  readonly message: (text: string) => Locator;
  readonly messages: Locator;
}

/** The widget on a page. */
export function shopSide(page: Page): ShopSide {
  const window = page.getByRole('dialog');
  const box = window.getByRole('textbox');
  const messages = window.getByRole('listitem');
  return {
    write: async (text) => {
      await box.fill(text);
      await box.press('Enter');
    },
    attach: async (file) => {
      await window.locator('input[type=file]').setInputFiles(file);
      await window.getByRole('button', { name: 'Send' }).click();
    },
    message: (text) => messages.filter({ hasText: text }),
    messages,
  };
}

/** The portal's side of the page. */
export interface PortalSide {
  /** Words of all messages of people, as the portal received them. */
  readonly texts: () => Promise<readonly string[]>;
  /** Everything that the portal received, as its row says: `12 … ✓ verified`. */
  readonly rows: () => Promise<readonly string[]>;
  readonly picture: Locator;
  readonly proof: Locator;
  readonly queue: Locator;
  /** Places kept for what waits. */
  readonly kept: Locator;
  readonly answer: (text: string) => Promise<void>;
  readonly mode: (mode: 'on' | 'off' | 'slow' | 'errors') => Promise<void>;
}

/** The portal on a page. */
export function portalSide(page: Page): PortalSide {
  const rows = page.locator('#list > li');
  const answer = page.getByRole('textbox', { name: 'Answer' });
  return {
    texts: () => page.locator('#list > li.message:not(.ours) .text').allInnerTexts(),
    rows: () => rows.allInnerTexts(),
    picture: page.locator('#list img'),
    proof: page.locator('#proof'),
    queue: page.locator('#queue'),
    kept: page.locator('#ghosts > li'),
    answer: async (text) => {
      await answer.fill(text);
      await answer.press('Enter');
    },
    mode: async (mode) => {
      await page.locator(`input[name=mode][value=${mode}]`).check({ force: true });
    },
  };
}
