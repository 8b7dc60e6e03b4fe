import { type CurveEmulator, type CurveEmulatorOptions, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { CurveClient } from '@curve-wcs/curve-sdk';
import type { Browser, Page } from 'playwright-core';
import { newPage } from './chromium.js';

/** An emulator of Curve with small segments, its page and a client, for the running test. */
export async function openCurvePage(
  browser: Browser,
  options: CurveEmulatorOptions = {},
): Promise<{ emulator: CurveEmulator; page: Page; curve: CurveClient }> {
  const emulator = await startCurveEmulator({
    ...{ durability: 'fast', chunkSize: 2 ** 18, segmentSize: 2 ** 20, minVolumeSize: 2 ** 20 },
    ...options,
  });
  const keys = { 'mds.listen.addr': emulator.mdsAddresses.join(','), 'mds.refreshTimesPerLease': 20 };
  const curve = await CurveClient.connect(keys, { user: 'alice' });
  const page = await newPage(browser, async () => {
    await curve.close({ deadline: 1000 });
    await emulator.close();
  });
  await page.goto(emulator.controlUrl);
  await page.locator('#address').getByText('cluster').waitFor();
  return { emulator, page, curve };
}
