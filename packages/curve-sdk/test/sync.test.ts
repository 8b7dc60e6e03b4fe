import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CBDClient, CBDError, FileInfo_t, INODE_PAGEFILE, LibCBD, UserInfo_t } from '../src/index.js';
import { separateEmulator } from './support/separate-emulator.js';

const user = new UserInfo_t('alice');
const SIZE = 10 * 2 ** 30;
const BLOCK = 4096;

describe('synchronous calls', () => {
  let cbd: CBDClient;
  let conf: string;
  let root: UserInfo_t;

  beforeEach(async () => {
    const { clientConfPath, rootPassword } = await separateEmulator();
    conf = clientConfPath;
    root = new UserInfo_t('root', rootPassword);
    cbd = new CBDClient();
    expect(cbd.Init(conf)).toBe(0);
    onTestFinished(() => cbd.UnInit());
  });

  it('a volume from Create to DeleteForce', () => {
    expect(cbd.Create('/v', user, BigInt(SIZE))).toBe(0);
    const fd = cbd.Open('/v', user);
    expect(fd).toBe(0);
    expect(cbd.Write(fd, Buffer.alloc(2 * BLOCK, 7), 0n, BLOCK)).toBe(BLOCK);
    const buf = Buffer.alloc(2 * BLOCK, 9);
    const read = cbd.Read(fd, buf, 0, BLOCK);
    expect(read).toEqual(Buffer.alloc(BLOCK, 7));
    expect(buf.subarray(BLOCK)).toEqual(Buffer.alloc(BLOCK, 9));
    expect(buf.subarray(0, BLOCK)).toEqual(read);
    expect(cbd.Read(fd, '', BLOCK, BLOCK)).toEqual(Buffer.alloc(BLOCK));
    expect(cbd.Discard(fd, 0, BLOCK)).toBe(0);
    const info = new FileInfo_t();
    expect(cbd.StatFile(fd, info)).toBe(0);
    expect(info).toMatchObject({
      filename: 'v',
      owner: 'alice',
      filetype: INODE_PAGEFILE,
      length: SIZE,
      blocksize: 4096,
    });
    expect(cbd.Close(fd)).toBe(0);
    expect(cbd.Unlink('/v', user)).toBe(0);
    const [entry] = cbd.Listdir('/RecycleBin', root);
    expect(cbd.DeleteForce(`/RecycleBin/${entry}`, root)).toBe(0);
  });

  it('directories', () => {
    expect(cbd.Mkdir('/d', user)).toBe(0);
    for (const name of ['b', 'a']) expect(cbd.Create(`/d/${name}`, user, SIZE)).toBe(0);
    expect(cbd.Listdir('/d', user)).toEqual(['a', 'b']);
    const dir = cbd.OpenDir('/d', user);
    expect(cbd.Listdir(dir)).toBe(0);
    expect(dir.dirSize).toBe(2);
    cbd.CloseDir(dir);
    expect(dir.dirSize).toBe(0);
    expect(() => cbd.Listdir('/none', user)).toThrow(CBDError);
    expect(() => cbd.Listdir('/none', user)).toThrow('Listdir(/none) gave -6 (NOTEXIST)');
  });

  it('the cluster', () => {
    const id = cbd.GetClusterId();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const buf = Buffer.alloc(37);
    expect(cbd.GetClusterId(buf)).toBe(0);
    expect(buf.toString()).toBe(`${id}\0`);
    expect(cbd.ListPoolset()).toEqual(['default']);
  });

  it('Close waits for asynchronous writes; their callbacks run from the event loop', async () => {
    cbd.Create('/v', user, SIZE);
    const fd = cbd.Open('/v', user);
    const results: unknown[] = [];
    for (let index = 0; index < 16; index++) {
      const context = { offset: index * BLOCK, length: BLOCK, buf: Buffer.alloc(BLOCK, index) };
      expect(cbd.AioWrite(fd, { ...context, cb: ({ ret }) => results.push(ret) })).toBe(0);
    }
    expect(cbd.Close(fd)).toBe(0);
    expect(results).toEqual([]);
    while (results.length < 16) await turn();
    expect(results).toEqual(Array(16).fill(BLOCK));
  });

  it('Aio calls without a buffer see -2, and promises of them resolve with what the callback sees', async () => {
    cbd.Create('/v', user, SIZE);
    const fd = cbd.Open('/v', user);
    const seen: unknown[] = [];
    const context = {
      offset: 0,
      length: BLOCK,
      cb: ({ ret }: { ret?: number | undefined }) => seen.push(ret),
    };
    expect(await cbd.AioReadAsync(fd, context)).toBe(-2);
    expect(await cbd.AioDiscardAsync(fd, context)).toBe(0);
    expect(await cbd.AioWriteAsync(fd, { ...context, offset: 1 })).toBe(-22);
    expect(seen).toEqual([-2, 0, -22]);
    expect(await cbd.AioWriteAsync(99, context)).toBe(-23);
    expect(seen).toHaveLength(3);
    expect(cbd.AioDiscard(99, context)).toBe(-23);
  });

  it('UnInit closes what is open, and Init begins anew', () => {
    cbd.Create('/v', user, SIZE);
    expect(cbd.Open('/v', user)).toBe(0);
    cbd.UnInit();
    expect(cbd.Open('/v', user)).toBe(-2);
    expect(cbd.Read(0, '', 0, BLOCK)).toBe(-23);
    expect(cbd.Init(conf)).toBe(0);
    expect(cbd.Read(0, '', 0, BLOCK)).toBe(-23);
    expect(cbd.Unlink('/v', user)).toBe(0);
  });

  it('the calls of libcbd', () => {
    const lib = new LibCBD(new CBDClient());
    expect(lib.cbd_libcurve_filesize('/v_alice_')).toBe(-2);
    expect(lib.cbd_libcurve_init({ conf })).toBe(0);
    expect(lib.cbd_libcurve_init({ conf: '/nowhere' })).toBe(0);
    cbd.Create('/v', user, SIZE);
    const fd = lib.cbd_libcurve_open('/v_alice_');
    expect(lib.cbd_libcurve_pwrite(fd, Buffer.alloc(BLOCK, 5), 0, BLOCK)).toBe(BLOCK);
    const buf = Buffer.alloc(BLOCK);
    expect(lib.cbd_libcurve_pread(fd, buf, 0, BLOCK)).toBe(BLOCK);
    expect(buf).toEqual(Buffer.alloc(BLOCK, 5));
    expect(lib.cbd_libcurve_pread(fd, buf, SIZE, BLOCK)).toBe(-2);
    expect(lib.cbd_libcurve_pdiscard(fd, 0, BLOCK)).toBe(0);
    expect(lib.cbd_libcurve_resize('/v_alice_', SIZE + 2 ** 30)).toBe(0);
    expect(lib.cbd_libcurve_resize('/v_alice_', 0)).toBe(-2);
    expect(lib.cbd_libcurve_filesize('/v_alice_')).toBe(SIZE + 2 ** 30);
    expect(lib.cbd_libcurve_filesize('/v_alice')).toBe(-2);
    expect(lib.cbd_libcurve_increase_epoch('/v_alice_')).toBe(0);
    expect(lib.cbd_libcurve_close(fd)).toBe(0);
    expect(lib.cbd_libcurve_close(fd)).toBe(0);
    expect(lib.cbd_libcurve_sync(fd)).toBe(0);
    expect(lib.cbd_libcurve_fini()).toBe(0);
    expect(lib.cbd_libcurve_open('/v_alice_')).toBe(-2);
  });

  it('a refused IncreaseEpoch is told', () => {
    expect(cbd.IncreaseEpoch('/none_alice_')).toBe(-6);
    expect(cbd.IncreaseEpoch('/none')).toBe(-2);
  });
});
