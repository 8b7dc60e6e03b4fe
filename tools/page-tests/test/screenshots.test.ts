import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addFault, openPage, useChromium } from '../src/emulator-page.js';
import { upload } from '../src/plain-client.js';

const MiB = 2 ** 20;

/** Where the documentation has its pictures. They are made anew only on demand: `pnpm screenshots`. */
const committed = fileURLToPath(new URL('../../../docs/public/screenshots/', import.meta.url));
const updating = process.env['UPDATE_SCREENSHOTS'] === '1';

const browser = useChromium();

/** An emulator in whose pictures the time is always the same. */
async function open() {
  const now = Date.UTC(2026, 0, 31, 9, 30);
  const { emulator, page } = await openPage(browser(), { buckets: ['photos'], clock: () => now });
  await page.setViewportSize({ width: 960, height: 900 });
  return { emulator, page };
}

test('the documentation shows objects', async () => {
  const { emulator, page } = await open();
  for (const key of ['2026/01/a.jpg', 'notes.txt', 'portrait.jpg', 'readme.md', 'videos/b.mp4']) {
    await upload(emulator, 'photos', key, key.repeat(500));
  }
  await page.reload();
  await page.getByText('readme.md').waitFor();
  await picture(page, 'objects', '#objects', '#objects');
});

test('the documentation shows an interrupted upload', async () => {
  const { page } = await open();
  await addFault(page, { path: '/mkblk/', nth: '3, 4, 5', do: 'status 503' });
  await page
    .getByLabel('Upload files')
    .setInputFiles({ name: 'disk.img', mimeType: '', buffer: lcg(18 * MiB) });
  await page.locator('#own-uploads').getByText('interrupted').waitFor();
  await page.locator('#open-uploads').getByText('2 of 2 blocks complete').waitFor();
  await picture(page, 'uploads', '#uploads', '#uploads');
});

test('the documentation shows fault rules and requests', async () => {
  const { emulator, page } = await open();
  await addFault(page, { path: '/-/photos/', times: '2', do: 'delay 5ms, status 503' });
  await upload(emulator, 'photos', 'a.jpg', 'x'.repeat(3000));
  for (let i = 0; i < 3; i++) await fetch(emulator.downloadUrl('photos', 'a.jpg'));
  await page.locator('#log-rows tr', { hasText: '200' }).filter({ hasText: '/-/photos/' }).waitFor();
  await page.locator('#fault-list').getByText('acted on 2 of 3').waitFor();
  await picture(page, 'requests', '#faults', '#log');
});

/** Takes a picture from the top of one element to the end of another, and checks it and that of the documentation. */
async function picture(page: Page, name: string, from: string, to: string): Promise<void> {
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
