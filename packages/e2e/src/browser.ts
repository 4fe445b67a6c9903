import { findChromium } from '@trunkline/testkit';
import { type Browser, chromium } from 'playwright-core';

/** A Chromium without a screen, with a fresh profile. Leaving the block closes it. */
export async function openBrowser(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return await chromium.launch({ executablePath: await findChromium(), headless: true, args });
}
