import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { affine } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { fakeProgram } from './support/fake-program.js';
import { startEmulator } from './support/start.js';

/** Answers in the way of ffprobe, with what it was given. */
const probe = `
  const bytes = require('node:fs').readFileSync(args.at(-1));
  console.log(JSON.stringify({
    streams: [{ codec_type: 'video', width: 640 }],
    format: { filename: args.at(-1), size: String(bytes.length), args: args.slice(0, -1) },
  }));`;

describe('avinfo', () => {
  test.each(['avinfo', 'avinfo2'])('(as %s) is the report of the program on the whole object', async op => {
    const { emulator, client } = await startEmulator({ ffprobe: fakeProgram(probe) });
    const data = affine((4 << 20) + 5);
    const contexts = await client.makeBlocks(data);
    await client.makeFile(String(data.length), contexts, { policy: { scope: 'b1:dir/电影.mp4' } });
    const response = await fetch(`${emulator.downloadUrl('b1', 'dir/电影.mp4')}?op=${op}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      streams: [{ codec_type: 'video', width: 640 }],
      format: {
        filename: 'dir/电影.mp4',
        size: String(data.length),
        args: expect.arrayContaining(['-show_format', '-show_streams', '-print_format', 'json']),
      },
    });
  });

  test.each([
    ['is missing', undefined, 501, /has no program/],
    [
      'refuses the object',
      'console.error("line\\nInvalid data found"); process.exit(1)',
      400,
      /Invalid data/,
    ],
    ['answers nonsense', 'console.log("hello")', 500, /did not answer JSON/],
  ])('says so when the program %s, and leaves nothing behind', async (_name, source, status, message) => {
    const ffprobe = source === undefined ? '/nonexistent/ffprobe' : fakeProgram(source);
    const { emulator, client } = await startEmulator({ ffprobe });
    await client.upload('v', 'x');
    const response = await fetch(`${emulator.downloadUrl('b1', 'v')}?op=avinfo`);
    expect(await response.json()).toEqual({ code: status, message: expect.stringMatching(message) });
    expect(response.status).toBe(status);
    expect(readdirSync(join(emulator.dataDir, 'tmp'))).toEqual([]);
  });
});
