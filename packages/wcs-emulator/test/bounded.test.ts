import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from './support/start.js';

async function line(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the connection is over. */
async function rest(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', chunk => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

test('a request whose head is never finished is ended', async () => {
  const { emulator } = await startEmulator({ headTimeout: 100 });
  const socket = await line(emulator.port);
  socket.write('GET /bucket/list HTTP/1.1\r\nHost: x\r\n');
  expect(await rest(socket)).toMatch(/^HTTP\/1.1 408 /);
});

test('a head that comes in drops is ended', async () => {
  const { emulator } = await startEmulator({ headTimeout: 100 });
  const socket = await line(emulator.port);
  socket.write('GET /bucket/list HTTP/1.1\r\n');
  const timer = setInterval(() => socket.write('x: y\r\n'), 10);
  onTestFinished(() => clearInterval(timer));
  expect(await rest(socket)).toMatch(/^HTTP\/1.1 408 /);
});

test('a body that stops in the middle is ended, whether it is wanted or not', async () => {
  const { emulator, client } = await startEmulator({ idleTimeout: 1000 });
  for (const token of [client.token(), 'wrong']) {
    const socket = await line(emulator.port);
    socket.write(
      `POST /mkblk/1000/0 HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Length: 1000\r\n\r\nabc`,
    );
    await rest(socket);
  }
  await expect.poll(() => emulator.requests.map(({ status }) => status)).toEqual([0, 401]);
});

test('an answer that nobody takes is ended', async () => {
  const { emulator, client } = await startEmulator({ idleTimeout: 2000 });
  await client.upload('large', Buffer.alloc(20_000_000));
  const socket = await line(emulator.port);
  socket.pause();
  socket.write('GET /-/b1/large HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => emulator.requests.at(-1)?.message).toMatch(/premature|aborted/i);
});

test('a client that waits for an answer may wait for longer', async () => {
  const { emulator, client } = await startEmulator({ idleTimeout: 300 });
  emulator.faults.add({ match: { path: '/bucket/list' }, do: 'delay 1000ms' });
  expect((await client.manage('GET', '/bucket/list')).status).toBe(200);
});

test('the fields of a form take no more memory than a token needs', async () => {
  const { emulator } = await startEmulator();
  const form = new FormData();
  for (let index = 0; index < 5; index++) form.set(`x:${index}`, 'v'.repeat(1_000_000));
  form.set('file', new Blob(['content']));
  const answer = await fetch(`${emulator.url}/file/upload`, { method: 'POST', body: form });
  expect(answer.status).toBe(413);
  expect(emulator.requests.at(-1)?.bytesIn).toBeLessThan(4_000_000);
});

test('any number of clients may wait at the same time without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const { emulator, client } = await startEmulator();
  emulator.faults.add({ match: { path: '/bucket/list' }, do: 'delay 300ms' });
  const waiting = Array.from({ length: 30 }, (_, index) => [
    client.manage('GET', '/bucket/list'),
    fetch(`${emulator.url}/-/control/requests?after=0&wait=${1000 + index}`).then(answer => answer.text()),
  ]);
  await Promise.all(waiting.flat());
  await new Promise(resolve => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
