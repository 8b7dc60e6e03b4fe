import { lcg } from '@curve-wcs/test-support';
import { test } from 'vitest';
import { addFault, useChromium } from '../src/chromium.js';
import { picture } from '../src/picture.js';
import { upload } from '../src/plain-client.js';
import { openWcsPage } from '../src/wcs-page.js';

const MiB = 2 ** 20;

const browser = useChromium();

/** An emulator in whose pictures the time is always the same. */
async function open() {
  const now = Date.UTC(2026, 0, 31, 9, 30);
  const { emulator, page } = await openWcsPage(browser(), { buckets: ['photos'], clock: () => now });
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
