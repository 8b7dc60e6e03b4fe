import { describe, expect, it } from 'vitest';
import { MemoryExport } from './support/memory-export.js';
import { exportInfo, NbdClient } from './support/nbd-client.js';
import { serve } from './support/serve.js';

const ACK = 1;
const UNSUPPORTED = 0x80000001;
const POLICY = 0x80000002;
const INVALID = 0x80000003;
const UNKNOWN = 0x80000006;
const TOO_BIG = 0x80000009;
const OPTION = { abort: 2, list: 3, startTls: 5, info: 6, go: 7, structured: 8, listMeta: 9, setMeta: 10 };

async function greeted(...exports: MemoryExport[]) {
  const served = await serve(exports.length > 0 ? { exports } : {});
  const client = await NbdClient.greeted(served.address);
  return { ...served, client };
}

describe('options', () => {
  it('LIST names and describes the exports', async () => {
    const { client } = await greeted(new MemoryExport('a'), new MemoryExport('目录/b'));
    expect(await client.list()).toEqual([
      { name: 'a', description: 'a disk in memory' },
      { name: '目录/b', description: 'a disk in memory' },
    ]);
    expect(await client.option(OPTION.list, Buffer.from('x'))).toMatchObject([{ type: INVALID }]);
  });

  it('INFO tells everything and leads nowhere; GO leads into transmission', async () => {
    const { client } = await greeted(new MemoryExport('disk', 65_536));
    const replies = await client.ask(OPTION.info, 'disk');
    expect(exportInfo(replies)).toMatchObject({
      size: 65_536,
      name: 'disk',
      description: 'a disk in memory',
      blockSizes: [1, 4096, 32 * 2 ** 20],
    });
    expect(replies.at(-1)?.type).toBe(ACK);
    expect(await client.go('disk')).toMatchObject({ size: 65_536 });
    expect((await client.read(0, 512)).data).toEqual(Buffer.alloc(512));
  });

  it('names may begin with a slash; no name is the only export', async () => {
    const { client, server } = await greeted(new MemoryExport('dir/vol'));
    expect(exportInfo(await client.ask(OPTION.info, '/dir/vol'))).toMatchObject({ name: 'dir/vol' });
    expect(exportInfo(await client.ask(OPTION.info, ''))).toMatchObject({ name: 'dir/vol' });
    expect(await client.ask(OPTION.info, 'vol')).toMatchObject([{ type: UNKNOWN }]);
    const two = await serve({ exports: [new MemoryExport('a'), new MemoryExport('b')] });
    const other = await NbdClient.greeted(two.address);
    expect(await other.ask(OPTION.info, '')).toMatchObject([{ type: UNKNOWN }]);
    expect(server.uris).toEqual([expect.stringMatching(/^nbd:\/\/127\.0\.0\.1:\d+\/dir\/vol$/)]);
  });

  it('EXPORT_NAME works with and without padding, and cuts off who asks for what is not there', async () => {
    for (const noZeroes of [true, false]) {
      const { address } = await serve();
      const client = await NbdClient.greeted(address, noZeroes ? 3 : 1);
      expect(await client.exportName('disk', noZeroes)).toMatchObject({ size: 2 ** 20 });
      expect((await client.read(0, 4096)).data).toHaveLength(4096);
    }
    const { address, problems } = await serve();
    const client = await NbdClient.greeted(address);
    await expect(client.exportName('none')).rejects.toThrow('closed');
    expect(problems).toMatchObject([{ message: 'a client was cut off: there is no export "none"' }]);
  });

  it('newstyle that is not fixed has EXPORT_NAME and nothing else', async () => {
    const { address } = await serve();
    const client = await NbdClient.greeted(address, 0);
    expect(await client.exportName('disk', false)).toMatchObject({ size: 2 ** 20 });
    const other = await NbdClient.greeted(address, 0);
    await expect(other.list()).rejects.toThrow('closed');
  });

  it('ABORT is answered before the connection ends', async () => {
    const { client } = await greeted();
    expect(await client.option(OPTION.abort, Buffer.from('whatever'))).toMatchObject([{ type: ACK }]);
    await client.closed();
  });

  it('unknown options are refused, and haggling goes on', async () => {
    const { client } = await greeted();
    for (const option of [0, 4, 11, 999, 2 ** 31]) {
      expect(await client.option(option, Buffer.alloc(100))).toMatchObject([{ option, type: UNSUPPORTED }]);
    }
    expect(await client.go('disk')).toMatchObject({ size: 2 ** 20 });
  });

  it('data that is too long or wrong is refused, and haggling goes on', async () => {
    const { client } = await greeted();
    expect(await client.option(OPTION.go, Buffer.alloc(2 ** 20))).toMatchObject([{ type: TOO_BIG }]);
    expect(await client.option(OPTION.go, Buffer.alloc(3))).toMatchObject([{ type: INVALID }]);
    expect(await client.ask(OPTION.go, 'x'.repeat(5000))).toMatchObject([{ type: INVALID }]);
    expect(await client.option(OPTION.structured, Buffer.alloc(1))).toMatchObject([{ type: INVALID }]);
    expect(await client.go('disk')).toMatchObject({ size: 2 ** 20 });
  });

  it('STARTTLS is refused where there is no TLS', async () => {
    const { client } = await greeted();
    expect(await client.option(OPTION.startTls)).toMatchObject([{ type: POLICY }]);
  });

  it('a client that does not come to an end is cut off', async () => {
    const { client, problems } = await greeted();
    const endless = async () => {
      for (;;) await client.option(999);
    };
    await expect(endless()).rejects.toThrow('closed');
    expect(problems).toMatchObject([{ message: 'a client was cut off: more than 128 options' }]);
  });
});

describe('metadata contexts', () => {
  it('base:allocation can be listed and selected once replies are structured', async () => {
    const { client } = await greeted();
    expect(await client.metaContexts('disk', [])).toMatchObject([{ type: INVALID }]);
    await client.agreeOnStructuredReplies();
    const listed = [{ type: 4, data: Buffer.from('\0\0\0\0base:allocation') }, { type: ACK }];
    expect(await client.metaContexts('disk', [])).toMatchObject(listed);
    expect(await client.metaContexts('disk', ['base:'])).toMatchObject(listed);
    expect(await client.metaContexts('disk', ['qemu:dirty-bitmap:x', 'base:none'])).toMatchObject([
      { type: ACK },
    ]);
    expect(await client.metaContexts('none', [])).toMatchObject([{ type: UNKNOWN }]);
    expect(await client.metaContexts('disk', ['base:'], OPTION.setMeta)).toMatchObject([{ type: ACK }]);
    expect(await client.metaContexts('disk', ['base:allocation'], OPTION.setMeta)).toMatchObject([
      { type: 4, data: Buffer.from('\0\0\0\x01base:allocation') },
      { type: ACK },
    ]);
  });

  it('a selection counts for its export alone, and is replaced by the next', async () => {
    const { address } = await serve({ exports: [new MemoryExport('a'), new MemoryExport('b')] });
    const status = async (selections: [string, string[]][]) => {
      const client = await NbdClient.greeted(address);
      await client.agreeOnStructuredReplies();
      for (const [name, queries] of selections) await client.metaContexts(name, queries, OPTION.setMeta);
      await client.go('a');
      const { error } = await client.status(0, 4096);
      client.destroy();
      return error;
    };
    expect(await status([['a', ['base:allocation']]])).toBe(0);
    expect(await status([['b', ['base:allocation']]])).toBe(22);
    expect(
      await status([
        ['a', ['base:allocation']],
        ['a', []],
      ]),
    ).toBe(22);
    expect(
      await status([
        ['a', ['base:allocation']],
        ['none', []],
      ]),
    ).toBe(22);
  });
});

describe('an export that changes', () => {
  it('is asked for its size for every client', async () => {
    const disk = new MemoryExport('disk', 4096);
    const { address } = await serve({ exports: [disk] });
    const early = await NbdClient.to(address, 'disk');
    disk.content = Buffer.alloc(8192);
    const late = await NbdClient.to(address, 'disk');
    expect([early.info.size, late.info.size]).toEqual([4096, 8192]);
    expect((await early.read(4096, 4096)).error).toBe(22);
    expect((await late.read(4096, 4096)).error).toBe(0);
  });

  it('that cannot be asked cuts the client off, and says why', async () => {
    const disk = new MemoryExport();
    disk.before = () => Promise.reject(new Error('the cluster is away'));
    const { address, problems } = await serve({ exports: [disk] });
    await expect(NbdClient.to(address, 'disk')).rejects.toThrow('closed');
    expect(problems).toMatchObject([{ message: 'a client was cut off: the cluster is away' }]);
  });
});
