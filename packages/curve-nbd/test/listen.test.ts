import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { serveNbd } from '../src/index.js';
import { MemoryExport } from './support/memory-export.js';
import { NbdClient } from './support/nbd-client.js';
import { serve } from './support/serve.js';

describe('a Unix socket', () => {
  it('is there for its owner alone, and gone after the end', async () => {
    const socket = join(temporaryFolder(), 'a b.sock');
    const { server } = await serve({ listen: { socket } });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(server.uris).toEqual([`nbd+unix:///disk?socket=${encodeURIComponent(socket)}`]);
    await NbdClient.to(socket, 'disk');
    await server.close();
    expect(existsSync(socket)).toBe(false);
  });

  it('has other permissions where they are asked for', async () => {
    const socket = join(temporaryFolder(), 'sock');
    await serve({ listen: { socket, mode: 0o660 } });
    expect(statSync(socket).mode & 0o777).toBe(0o660);
  });

  it('of a server that was killed is replaced; one that is used, and a file, are not', async () => {
    const folder = temporaryFolder();
    const used = join(folder, 'used');
    await serve({ listen: { socket: used } });
    const start = (socket: string) => serveNbd({ exports: [new MemoryExport()], listen: { socket } });
    await expect(start(used)).rejects.toThrow(/cannot listen on .*used: somebody else does/);
    const file = join(folder, 'file');
    writeFileSync(file, 'precious');
    await expect(start(file)).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    const stale = join(folder, 'stale');
    const { spawn } = await import('node:child_process');
    const program = `require('net').createServer().listen(${JSON.stringify(stale)}, () => console.log())`;
    const killed = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(stale)).toBe(true);
    await (await start(stale)).close();
  });

  it('in a folder that is not there says so', async () => {
    const socket = join(temporaryFolder(), 'none', 'sock');
    await expect(serveNbd({ exports: [new MemoryExport()], listen: { socket } })).rejects.toThrow(
      /cannot listen on .*: its folder is not there$/,
    );
  });
});

describe('a TCP port', () => {
  it('that others reach needs TLS, or a word that it need not', async () => {
    const exports = [new MemoryExport()];
    for (const host of ['0.0.0.0', '::']) {
      await expect(serveNbd({ exports, listen: { host, port: 0 } })).rejects.toMatchObject({
        code: 'UNENCRYPTED',
      });
    }
    const server = await serveNbd({ exports, listen: { host: '0.0.0.0', port: 0 }, unencrypted: true });
    await server.close();
  });

  it('names of this machine, and all its own addresses, are its own', async () => {
    for (const host of ['localhost', '127.0.0.2']) await serve({ listen: { host, port: 0 } });
  });

  it('that is taken is refused, and the addresses before it are given back', async () => {
    const socket = join(temporaryFolder(), 'sock');
    const { server } = await serve();
    const port = Number(server.addresses[0]?.split(':')[1]);
    const start = serveNbd({ exports: [new MemoryExport()], listen: [{ socket }, { port }] });
    await expect(start).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: somebody else does`);
    expect(existsSync(socket)).toBe(false);
  });

  it('several addresses serve the same exports', async () => {
    const socket = join(temporaryFolder(), 'sock');
    const { server } = await serve({ listen: [{ port: 0 }, { socket }] });
    expect(server.uris).toHaveLength(2);
    const data = Buffer.alloc(4096, 'x');
    const [one, other] = await Promise.all(server.addresses.map(address => NbdClient.to(address, 'disk')));
    await one?.write(0, data);
    expect((await other?.read(0, 4096))?.data.equals(data)).toBe(true);
  });
});

describe('a socket that is open already', () => {
  it('that is none is refused', async () => {
    const exports = [new MemoryExport()];
    await expect(serveNbd({ exports, listen: { fd: 999 } })).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });
});

describe('options', () => {
  it.each([
    [{ exports: [new MemoryExport(), new MemoryExport()] }, /two exports are called "disk"/],
    [{ exports: [new MemoryExport()], limits: { requests: 0 } }, /limits.requests must be/],
    [{ exports: [new MemoryExport()], limits: { request: 1 } as object }, /there is no limit request/],
  ])('%# that make no sense are refused', async (options, message) => {
    await expect(serveNbd(options)).rejects.toThrow(message);
  });
});
