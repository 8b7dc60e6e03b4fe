import { test } from 'vitest';
import { addFault, useChromium } from '../src/chromium.js';
import { openCurvePage } from '../src/curve-page.js';
import { picture } from '../src/picture.js';

const MiB = 2 ** 20;
const BLOCK = Buffer.alloc(4096, 1);

const browser = useChromium();

/** A cluster with volumes of which some segments are allocated. */
async function open() {
  const opened = await openCurvePage(browser(), { mds: 2 });
  const { page, curve } = opened;
  await page.setViewportSize({ width: 960, height: 900 });
  const volumes = [];
  for (const [path, segments, used] of [
    ['/database', 96, 40],
    ['/images', 160, 12],
    ['/scratch', 24, 24],
  ] as const) {
    await curve.createVolume(path, { size: segments * MiB });
    const volume = await curve.open(path);
    for (let i = 0; i < used; i++) await volume.write(BLOCK, { offset: ((i * 7) % segments) * MiB });
    volumes.push(volume);
  }
  await page.locator('#volume-list').getByText('24 of 24 segments allocated').waitFor();
  return { ...opened, volumes };
}

test('the documentation shows servers, faults, clients and volumes', async () => {
  const { emulator, page } = await open();
  await page.locator('#client-list').getByText('/scratch').waitFor();
  await addFault(page, { method: 'WriteChunk', nth: '3, 4', do: 'delay 5ms, overload' });
  await emulator.stopChunkserver(3);
  await page.locator('#chunkserver-list').getByText('stopped').waitFor();
  await picture(page, 'curve-cluster', '#servers', '#volumes');
});

test('the documentation shows calls', async () => {
  const { page, volumes } = await open();
  await addFault(page, { method: 'WriteChunk', nth: '1, 2', do: 'delay 5ms, overload' });
  await page.getByLabel('Show only').fill('Chunk');
  await page.getByRole('button', { name: 'Clear' }).click();
  await volumes[0]?.write(BLOCK, { offset: 0 });
  await volumes[0]?.read({ offset: 0, length: 64 * 1024 });
  await page.locator('#log-rows tr', { hasText: 'ReadChunk' }).first().waitFor();
  await page.locator('#fault-list').getByText('acted on 2 of 3').waitFor();
  await picture(page, 'curve-requests', '#log', '#log');
});
