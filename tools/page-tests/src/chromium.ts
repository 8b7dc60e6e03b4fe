import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { findChromium } from './find-chromium.js';

/** A browser for the tests of a file. */
export function useChromium(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const { executablePath, env } = findChromium();
    // The sandbox needs rights that containers do not give; the only pages shown are our own.
    browser = await chromium.launch({
      executablePath,
      env: { ...process.env, ...env } as Record<string, string>,
      args: ['--no-sandbox'],
    });
  }, 300_000);
  afterAll(() => browser?.close());
  return () => browser as Browser;
}

/** A page for the running test, which what it prints as an error fails. It is closed before `end` is called. */
export async function newPage(browser: Browser, end: () => Promise<void>): Promise<Page> {
  const context = await browser.newContext({ acceptDownloads: true, timezoneId: 'UTC' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const failures: string[] = [];
  page.on('pageerror', error => failures.push(String(error)));
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) failures.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    await end();
    expect(failures).toEqual([]);
  });
  return page;
}

/** Fills in the page's form of fault rules. */
export async function addFault(page: Page, fields: Record<string, string>): Promise<void> {
  const form = page.locator('#fault-form');
  const rules = page.locator('#fault-list li');
  const before = await rules.count();
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
  await form.getByRole('button', { name: 'Add' }).click();
  if (fields['do'] !== 'explode') await rules.nth(before).waitFor();
}
