import { startWcsEmulator, type WcsEmulator, type WcsEmulatorOptions } from '@curve-wcs/wcs-emulator';
import type { Browser, Page } from 'playwright-core';
import { newPage } from './chromium.js';

/** An emulator of WCS and its page, for the running test. */
export async function openWcsPage(
  browser: Browser,
  options: WcsEmulatorOptions = {},
): Promise<{ emulator: WcsEmulator; page: Page }> {
  const emulator = await startWcsEmulator({ buckets: ['b1'], durability: 'fast', ...options });
  const page = await newPage(browser, () => emulator.close());
  await page.goto(`${emulator.url}/-/control/`);
  await page.locator('#address').getByText(emulator.url).waitFor();
  return { emulator, page };
}
