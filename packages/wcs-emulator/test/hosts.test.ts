import { expect, test } from 'vitest';
import { startWcsEmulator, WcsEmulatorError } from '../src/index.js';
import { sendRaw } from './support/raw-request.js';
import { startEmulator } from './support/start.js';

/** What a download of nothing says under a name: 404 where it may be asked for at all. */
async function statusUnder(port: number, host: string): Promise<number> {
  const { status } = await sendRaw(port, {
    method: 'GET',
    target: '/-/b1/nothing',
    headers: [['Host', host]],
  });
  return status;
}

const OWN = ['127.0.0.1', '[::1]:9000', '10.1.2.3:9000', 'localhost:1', 'b2.localhost', 'wcs-emulator:9000'];

test.each([...OWN, 'host.docker.internal:9000'])('answers under %s', async host => {
  const { emulator } = await startEmulator();
  expect(await statusUnder(emulator.port, host)).toBe(404);
});

test.each([
  'attacker.example',
  'localhost.attacker.example:80',
  '127.0.0.1.attacker.example',
  'LOCALHOST.evil.org',
])('answers no page of %s that leads its name here', async host => {
  const { emulator, client } = await startEmulator();
  await client.upload('a', Buffer.from('content'));
  expect(await statusUnder(emulator.port, host)).toBe(403);
  for (const [method, target] of [
    ['GET', '/-/b1/a'],
    ['GET', '/bucket/list'],
    ['POST', '/file/upload'],
    ['POST', '/mkblk/1/0'],
  ] as const) {
    const { status } = await sendRaw(emulator.port, { method, target, headers: [['Host', host]] });
    expect(status).toBe(403);
  }
});

test('answers under the names that it is told', async () => {
  const { emulator } = await startEmulator({ allowedHosts: ['wcs.example'] });
  expect(await statusUnder(emulator.port, 'WCS.example:80')).toBe(404);
  expect(await statusUnder(emulator.port, 'other.example')).toBe(403);
  const { emulator: open } = await startEmulator({ allowedHosts: 'any' });
  expect(await statusUnder(open.port, 'other.example')).toBe(404);
});

test('takes no list of names that are none', async () => {
  await expect(startWcsEmulator({ allowedHosts: ['http://x'] })).rejects.toBeInstanceOf(WcsEmulatorError);
});
