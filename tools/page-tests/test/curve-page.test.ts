import type { CurveEmulatorOptions } from '@curve-wcs/curve-emulator';
import { describe, expect, test } from 'vitest';
import { addFault, useChromium } from '../src/chromium.js';
import { openCurvePage } from '../src/curve-page.js';

const MiB = 2 ** 20;
const BLOCK = Buffer.alloc(4096, 1);

const browser = useChromium();
const open = (options: CurveEmulatorOptions = {}) => openCurvePage(browser(), options);

describe('servers', () => {
  test('are shown with what they do, stopped and started', async () => {
    const { emulator, page } = await open({ mds: 2 });
    const mds = page.locator('#mds-list tr');
    await mds.nth(0).getByText('leads').waitFor();
    await mds.nth(1).getByText('stands by').waitFor();
    const server = page.locator('#chunkserver-list tr').nth(1);
    const cells = await server.locator('td').allTextContents();
    expect(cells.slice(0, 6)).toEqual(['2', emulator.chunkserverAddresses[1], 'runs', '12', '4', '0']);

    await server.getByRole('button', { name: 'Stop' }).click();
    await server.getByText('stopped').waitFor();
    await mds.nth(0).getByRole('button', { name: 'Stop' }).click();
    await mds.nth(1).getByText('leads').waitFor();
    await server.getByRole('button', { name: 'Start' }).click();
    await server.getByText('runs').waitFor();
  });

  test('without a majority of them copysets are led by nobody, and the map says which segments', async () => {
    const { emulator, page, curve } = await open();
    await page.getByText('12 copysets').waitFor();
    await curve.createVolume('/v', { size: 8 * MiB });
    await (await curve.open('/v')).write(BLOCK, { offset: 2 * MiB });
    await page.locator('#volume-list').getByText('1 of 8 segments allocated').waitFor();
    await emulator.stopChunkserver(1);
    await emulator.stopChunkserver(2);
    await page.getByText('12 copysets, 12 of them led by nobody').waitFor();
    await page.locator('#volume-list').getByText('1 led by nobody').waitFor();
    expect(await page.locator('.map .unusable').getAttribute('title')).toBe(
      'segment 2, from 2.00 MiB: allocated, led by nobody',
    );
    await emulator.startChunkserver(1);
    await page.locator('.map .unusable').waitFor({ state: 'detached' });
    expect(await page.locator('.map .allocated').count()).toBe(1);
  });
});

describe('volumes and clients', () => {
  test('are shown with their maps, and with who has them open', async () => {
    const { page, curve } = await open();
    await curve.mkdir('/team');
    await curve.createVolume('/team/disk', { size: 8 * MiB });
    await curve.createVolume('/other', { size: MiB });
    const volumes = page.locator('#volume-list > li');
    await volumes.getByText('/team/disk').waitFor();
    expect(await volumes.locator('.name').allTextContents()).toEqual(['/other', '/team/disk']);
    const disk = volumes.nth(1);
    expect(await disk.locator('.map i').count()).toBe(8);
    expect(await disk.locator('.map .allocated').count()).toBe(0);

    const volume = await curve.open('/team/disk');
    await volume.write(BLOCK, { offset: 0 });
    await volume.write(BLOCK, { offset: 5 * MiB });
    await disk.getByText('8.00 MiB of alice, 2 of 8 segments allocated, open by 1').waitFor();
    expect(
      await disk.locator('.map i').evaluateAll(all => all.map(({ className }) => className !== '')),
    ).toEqual([true, false, false, false, false, true, false, false]);
    await page.locator('#client-list').getByText('/team/disk').waitFor();
    expect(await page.locator('#client-list li').textContent()).toMatch(/^127\.0\.0\.1:\d+.*: \/team\/disk$/);

    await volume.discard({ offset: 5 * MiB, length: MiB });
    await volume.close();
    await expect.poll(() => page.locator('#client-list li').count()).toBe(0);
    await curve.remove('/other');
    await volumes.getByText('/RecycleBin/').waitFor();
  });

  test('names are text, whatever is in them', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '"><script>alert(1)',
      '名前 😀',
      'a\u202egpj.exe',
      "'&amp;",
    ];
    const { page, curve } = await open();
    const dialogs: string[] = [];
    page.on('dialog', async dialog => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    for (const name of names) await curve.createVolume(`/${name}`, { size: MiB });
    const shown = page.locator('#volume-list .name');
    await expect.poll(() => shown.count()).toBe(names.length);
    expect(new Set(await shown.allTextContents())).toEqual(
      new Set(names.map(name => `/${name.replace('\u202e', '\\u{202e}')}`)),
    );
    await page.locator('#log-rows').getByText('\\u{202e}').first().waitFor();
    expect(dialogs).toEqual([]);
  });
});

describe('faults', () => {
  test('are added, act, and are removed', async () => {
    const { emulator, page, curve } = await open();
    const port = emulator.mdsAddresses[0]?.split(':')[1] ?? '';
    await addFault(page, { method: 'GetFileInfo', port, times: '1', do: 'status kFileNotExists' });
    await page.locator('#fault-form').getByLabel('Role').selectOption('chunkserver');
    await addFault(page, {
      method: 'ReadChunk',
      port: '',
      times: '',
      nth: '2, 4',
      do: 'delay 1ms, overload',
    });
    await expect
      .poll(() => emulator.faults.list().map(({ rule }) => rule))
      .toEqual([
        { match: { method: 'GetFileInfo', port: Number(port), times: 1 }, do: ['status kFileNotExists'] },
        { match: { role: 'chunkserver', method: 'ReadChunk', nth: [2, 4] }, do: ['delay 1ms', 'overload'] },
      ]);
    await curve.mkdir('/d');
    await expect(curve.stat('/d')).rejects.toMatchObject({ code: 'NOTEXIST' });
    const rules = page.locator('#fault-list li');
    await rules.getByText('acted on 1 of 1').waitFor();
    await rules.nth(0).getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => emulator.faults.list().length).toBe(1);
    expect((await curve.stat('/d')).kind).toBe('directory');
  });

  test('that make no sense are refused with a reason', async () => {
    const { emulator, page } = await open();
    await addFault(page, { do: 'explode' });
    await page.getByRole('alert').getByText('explode').waitFor();
    expect(emulator.faults.list()).toEqual([]);
  });
});

describe('the request log', () => {
  test('shows calls as they end, narrowed down, paused and cleared', async () => {
    const { page, curve } = await open();
    const rows = page.locator('#log-rows tr');
    await curve.mkdir('/first');
    await rows.filter({ hasText: 'CreateFile' }).getByText('kOK').waitFor();
    await curve.stat('/second').catch(() => {});
    await rows.filter({ hasText: 'fileName=/second' }).getByText('kFileNotExists').waitFor();
    expect(await rows.getByText('signature').count()).toBe(0);

    await page.getByLabel('Show only').fill('kFileNotExists');
    await rows.getByText('fileName=/first').waitFor({ state: 'hidden' });
    expect(await rows.getByText('fileName=/second').isVisible()).toBe(true);
    await page.getByLabel('Show only').fill('');

    await page.getByRole('button', { name: 'Pause' }).click();
    await curve.mkdir('/third');
    await page.getByRole('button', { name: 'Go on' }).click();
    await curve.mkdir('/fourth');
    await rows.getByText('fileName=/fourth').waitFor();

    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await rows.count()).toBe(0);
  });

  test('shows what a chunkserver was sent, and what never was answered', async () => {
    const { emulator, page, curve } = await open();
    await curve.createVolume('/v', { size: MiB });
    const volume = await curve.open('/v');
    await volume.write(BLOCK, { offset: 0 });
    const write = page.locator('#log-rows tr', { hasText: 'WriteChunk' });
    await write.getByText('4.00 KiB').waitFor();
    expect(await write.textContent()).toContain('SUCCESS');
    emulator.faults.add({ match: { method: 'ReadChunk', times: 1 }, do: 'hang' });
    await expect(volume.read({ offset: 0, length: 4096, deadline: 100 })).rejects.toThrow();
    await page.locator('#log-rows tr', { hasText: 'ReadChunk' }).getByText('no answer').waitFor();
  });

  test('says when the emulator is gone', async () => {
    const { emulator, page } = await open();
    await emulator.close();
    await page.getByText('The emulator does not answer.').waitFor();
  });
});
