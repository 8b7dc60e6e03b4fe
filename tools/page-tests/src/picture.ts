import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@curve-wcs/test-support';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Where the documentation has its pictures. They are made anew only on demand: `pnpm screenshots`. */
const committed = fileURLToPath(new URL('../../../docs/public/screenshots/', import.meta.url));
const updating = process.env['UPDATE_SCREENSHOTS'] === '1';

/** Takes a picture from the top of one element to the end of another, and checks it and that of the documentation. */
export async function picture(page: Page, name: string, from: string, to: string): Promise<void> {
  // Places are told from where the page was scrolled to.
  await page.evaluate('scrollTo(0, 0)');
  const [first, last] = await Promise.all([from, to].map(place => page.locator(place).boundingBox()));
  if (!first || !last) throw new Error(`${from} or ${to} is not on the page`);
  const target = updating ? committed : temporaryFolder();
  mkdirSync(target, { recursive: true });
  const path = join(target, `${name}.png`);
  const height = last.y + last.height - first.y;
  await page.screenshot({
    path,
    fullPage: true,
    clip: { x: first.x, y: first.y, width: first.width, height },
  });

  for (const file of new Set([path, join(committed, `${name}.png`)])) {
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).size).toBeLessThan(150 * 1024);
    expect(await colours(page, readFileSync(file))).toBeGreaterThan(20);
  }
}

/** How many colours a picture has: a blank one has one, text on it makes many. */
async function colours(page: Page, png: Buffer): Promise<number> {
  const blank = await page.context().newPage();
  const count = await blank.evaluate(
    async source => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  await blank.close();
  return count;
}
