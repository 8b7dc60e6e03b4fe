import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import type { WcsEmulator, WcsEmulatorOptions } from '@curve-wcs/wcs-emulator';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { addFault, useChromium } from '../src/chromium.js';
import { copyInBackground, makeBlock, upload } from '../src/plain-client.js';
import { openWcsPage } from '../src/wcs-page.js';

const MiB = 2 ** 20;

const browser = useChromium();
const open = (options: WcsEmulatorOptions = {}) => openWcsPage(browser(), options);

describe('objects', () => {
  test('dropped files are stored, listed, shown in detail, downloaded and deleted', async () => {
    const { emulator, page } = await open();
    const content = lcg(3000);
    await drop(page, 'notes.txt', content);
    const row = page.locator('#listing tr', { hasText: 'notes.txt' });
    await row.getByText('2.93 KiB').waitFor();

    await row.getByRole('button', { name: 'Details' }).click();
    const details = page.getByRole('dialog');
    await details.getByText('b1:notes.txt').waitFor();
    expect(await details.locator('dd').allTextContents()).toContain('3000');
    await details.getByRole('button', { name: 'Close' }).click();

    expect(await download(page, row)).toEqual(content);

    await row.getByRole('button', { name: 'Delete' }).click();
    await row.getByRole('button', { name: 'Really delete' }).click();
    await row.waitFor({ state: 'detached' });
    const { status } = await fetch(emulator.downloadUrl('b1', 'notes.txt'));
    expect(status).toBe(404);
  });

  test('buckets are chosen, folders are entered and left', async () => {
    const { emulator, page } = await open({ buckets: ['b1', 'b2'] });
    await upload(emulator, 'b2', 'photos/2026/a.jpg', 'x');
    await page.getByLabel('Bucket').selectOption('b2');
    await page.getByRole('button', { name: 'photos/' }).click();
    await page.getByRole('button', { name: '2026/' }).click();
    await page.locator('#listing').getByText('a.jpg').waitFor();
    await page.getByLabel('Folder').getByRole('button', { name: 'all' }).click();
    await page.getByRole('button', { name: 'photos/' }).waitFor();
  });

  test('a long listing comes in pages', async () => {
    const { emulator, page } = await open();
    for (let i = 0; i < 203; i++) await upload(emulator, 'b1', `many/${String(i).padStart(3, '0')}`, '');
    await page.reload();
    await page.getByRole('button', { name: 'many/' }).click();
    const rows = page.locator('#listing tr');
    await expect.poll(() => rows.count()).toBe(200);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows.count()).toBe(203);
  });

  test('names are text, whatever is in them', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '"><script>alert(1)',
      '名前 😀',
      'a\u202egpj.exe',
      "'&amp;",
    ];
    const { emulator, page } = await open();
    const dialogs: string[] = [];
    page.on('dialog', async dialog => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    for (const name of names) await upload(emulator, 'b1', `hostile/${name}`, name);
    await page.reload();
    await page.getByRole('button', { name: 'hostile/' }).click();
    await expect.poll(() => page.locator('#listing tr').count()).toBe(names.length);
    const shown = await page.locator('#listing .name').allTextContents();
    expect(new Set(shown)).toEqual(new Set(names.map(name => name.replace('\u202e', '\\u{202e}'))));
    for (const name of names) {
      const row = page.locator('#listing tr').nth(shown.indexOf(name.replace('\u202e', '\\u{202e}')));
      expect((await download(page, row)).toString()).toBe(name);
    }
    expect(dialogs).toEqual([]);
    expect(await page.locator('#objects img, #objects script, #log img').count()).toBe(0);
  });
});

describe('uploads', () => {
  test('an interrupted one shows its blocks and resumes with those that are missing', async () => {
    const { emulator, page } = await open();
    await addFault(page, { path: '/mkblk/', nth: '3, 4, 5', do: 'status 503' });
    const content = lcg(18 * MiB);
    await page.getByLabel('Upload files').setInputFiles({ name: 'disk.img', mimeType: '', buffer: content });

    const own = page.locator('#own-uploads li');
    await own.getByText('interrupted').waitFor();
    await own.getByText('8.00 MiB of 18.0 MiB are kept').waitFor();
    const open_ = page.locator('#open-uploads li');
    await open_.getByText('2 of 2 blocks complete, 8.00 MiB').waitFor();
    expect(await open_.locator('.blocks .complete').count()).toBe(2);

    await page.locator('#fault-list').getByRole('button', { name: 'Remove' }).click();
    const before = sentBlocks(emulator).length;
    await own.getByRole('button', { name: 'Resume' }).click();
    await own.getByText('stored, 18.0 MiB').waitFor();
    expect(sentBlocks(emulator).length - before).toBe(3);
    await open_.waitFor({ state: 'detached' });
    const stored = await fetch(emulator.downloadUrl('b1', 'disk.img'));
    expect(Buffer.from(await stored.arrayBuffer()).equals(content)).toBe(true);
  });

  test('one goes on after the page was loaded anew, unless the file has changed', async () => {
    const { emulator, page } = await open();
    const path = join(await temporaryFolder(), 'disk.img');
    await writeFile(path, lcg(12 * MiB));
    await addFault(page, { path: '/mkfile/', do: 'reset' });
    const choose = () => page.getByLabel('Upload files').setInputFiles(path);
    await choose();
    await page.locator('#own-uploads').getByText('interrupted').waitFor();
    expect(sentBlocks(emulator)).toHaveLength(3);

    emulator.faults.clear();
    await page.reload();
    await choose();
    await page.locator('#own-uploads').getByText('stored').waitFor();
    expect(sentBlocks(emulator)).toHaveLength(3);

    await writeFile(path, lcg(12 * MiB, 2));
    await choose();
    await page.locator('#own-uploads').getByText('stored').nth(1).waitFor();
    expect(sentBlocks(emulator)).toHaveLength(6);
  });

  test('one that is stopped ends at once', async () => {
    const { page } = await open();
    await addFault(page, { path: '/mkblk/', do: 'hang' });
    await drop(page, 'disk.img', lcg(5 * MiB));
    const own = page.locator('#own-uploads li');
    await own.getByRole('button', { name: 'Stop' }).click();
    await own.getByText('stopped').waitFor();
  });

  test('those of other programs are shown', async () => {
    const { emulator, page } = await open();
    await makeBlock(emulator, 'b1', { size: 4 * MiB, index: 1, batch: 'from a script', chunk: lcg(MiB) });
    const item = page.locator('#open-uploads li');
    await item.getByText('from a script: 0 of 1 blocks complete, 1.00 MiB').waitFor();
    expect(await item.locator('.blocks .partial').getAttribute('title')).toBe(
      'block 1: 1.00 MiB of 4.00 MiB',
    );
  });
});

describe('jobs', () => {
  test('are shown with what became of their commands', async () => {
    const { emulator, page } = await open();
    await upload(emulator, 'b1', 'a.txt', 'x');
    await copyInBackground(emulator, 'b1', ['a.txt', 'missing.txt'], 'copies');
    const job = page.locator('#job-list > li');
    await job.getByText('2 commands: done, 1 of 2 failed').waitFor();
    await job.locator('summary').click();
    await job.getByText('no such object: missing.txt').waitFor();
  });
});

describe('faults', () => {
  test('are added, act, and are removed', async () => {
    const { emulator, page } = await open();
    await addFault(page, { path: '/-/b1/', times: '1', do: 'status 503' });
    const url = emulator.downloadUrl('b1', 'a');
    expect((await fetch(url)).status).toBe(503);
    await page.locator('#fault-list').getByText('acted on 1 of 1').waitFor();
    await page.locator('#fault-list').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => emulator.faults.list().length).toBe(0);
    expect((await fetch(url)).status).toBe(404);
  });

  test('that make no sense are refused with a reason', async () => {
    const { emulator, page } = await open();
    await addFault(page, { do: 'explode' });
    await page.getByRole('alert').getByText('explode').waitFor();
    expect(emulator.faults.list()).toEqual([]);
  });
});

describe('the request log', () => {
  test('shows requests as they come, narrowed down, paused and cleared', async () => {
    const { emulator, page } = await open();
    const rows = page.locator('#log-rows tr');
    await fetch(emulator.downloadUrl('b1', 'first'));
    await rows.getByText('/-/b1/first').waitFor();
    await fetch(emulator.downloadUrl('b1', 'second'));
    await rows.getByText('/-/b1/second').waitFor();

    await page.getByLabel('Show only').fill('first');
    await rows.getByText('/-/b1/second').waitFor({ state: 'hidden' });
    expect(await rows.getByText('/-/b1/first').isVisible()).toBe(true);
    await page.getByLabel('Show only').fill('');

    await page.getByRole('button', { name: 'Pause' }).click();
    await fetch(emulator.downloadUrl('b1', 'third'));
    await page.getByRole('button', { name: 'Go on' }).click();
    await fetch(emulator.downloadUrl('b1', 'fourth'));
    await rows.getByText('/-/b1/fourth').waitFor();
    expect(await rows.getByText('/-/b1/third').count()).toBe(0);

    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await rows.count()).toBe(0);
  });

  test('says when the emulator is gone', async () => {
    const { emulator, page } = await open();
    await emulator.close();
    await page.getByText('The emulator does not answer.').waitFor();
  });
});

async function drop(page: Page, name: string, content: Buffer): Promise<void> {
  const base64 = content.toString('base64');
  const transfer = await page.evaluateHandle(
    ([fileName = '', data = '']) => {
      const bytes = Uint8Array.from(atob(data), character => character.charCodeAt(0));
      const dropped = new DataTransfer();
      dropped.items.add(new File([bytes], fileName));
      return dropped;
    },
    [name, base64],
  );
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
}

async function download(page: Page, row: Locator): Promise<Buffer> {
  const coming = page.waitForEvent('download');
  await row.getByRole('link', { name: 'Download' }).click();
  const pieces: Buffer[] = [];
  for await (const piece of await (await coming).createReadStream()) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function sentBlocks(emulator: WcsEmulator): string[] {
  const sent = emulator.requests.filter(({ path, status }) => path.startsWith('/mkblk/') && status === 200);
  return sent.map(({ path }) => path);
}
