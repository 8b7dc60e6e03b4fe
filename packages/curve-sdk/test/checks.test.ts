import { describe, expect, it } from 'vitest';
import { CurveClient, type CurveError, type Volume } from '../src/index.js';
import { BLOCK, SIZE, smallVolume } from './support/connect.js';

/** What a caller without a type checker may do. */
type Loose = Record<string, (...args: readonly unknown[]) => Promise<unknown>>;

const PATHS: [string, unknown, string][] = [
  ['no string', 7, 'must be a string; got 7'],
  ['empty', '', 'must be absolute: beginning with /; got ""'],
  ['relative', 'v', 'must be absolute: beginning with /; got "v"'],
  ['with //', '/a//b', 'must be without //; got "/a//b"'],
  ['with / at the end', '/a/', 'must be without a / at its end'],
  ['with a NUL', '/a\0b', 'must be without NUL characters'],
  ['too long', `/${'a'.repeat(4096)}`, 'must be at most 4096 bytes long'],
];

const ON_PATHS: [string, (path: unknown) => unknown[]][] = [
  ['createVolume', path => [path, { size: SIZE }]],
  ['stat', path => [path]],
  ['exists', path => [path]],
  ['open', path => [path]],
  ['extend', path => [path, SIZE]],
  ['rename', path => [path, '/new']],
  ['rename', path => ['/old', path]],
  ['remove', path => [path]],
  ['mkdir', path => [path]],
  ['rmdir', path => [path]],
  ['removeAll', path => [path]],
  ['changeOwner', path => [path, 'bob']],
  ['usage', path => [path]],
  ['mounts', path => [path]],
];

const ON_CLIENT: [string, string, unknown[], string][] = [
  [
    'a size that is text',
    'createVolume',
    ['/x', { size: '10G' }],
    'size must be a whole number of at least 1; got "10G"',
  ],
  ['a size of 0', 'createVolume', ['/x', { size: 0 }], 'size must be a whole number of at least 1; got 0'],
  ['a size with a fraction', 'extend', ['/x', 1.5], 'size must be a whole number of at least 1; got 1.5'],
  ['no size', 'createVolume', ['/x'], 'size must be a whole number of at least 1; got undefined'],
  ['half a stripe', 'createVolume', ['/x', { size: SIZE, stripe: { unit: 4096 } }], 'stripe.count must be'],
  [
    'an uneven stripe',
    'createVolume',
    ['/x', { size: SIZE, stripe: { unit: 100, count: 2 } }],
    'stripe.unit must be a multiple of 4096 bytes; got 100',
  ],
  [
    'a stripe that is none',
    'createVolume',
    ['/x', { size: SIZE, stripe: 3 }],
    'stripe must be an object { unit, count }',
  ],
  [
    'no poolset',
    'createVolume',
    ['/x', { size: SIZE, poolset: '' }],
    'poolset must be a string that is not empty',
  ],
  [
    'a name of 256 bytes',
    'mkdir',
    [`/${'ä'.repeat(128)}`],
    'the last part of path must be at most 255 bytes long',
  ],
  ['the root directory', 'remove', ['/'], 'path must be other than the root directory'],
  ['the root directory as a name', 'rename', ['/v', '/'], 'to must be other than the root directory'],
  ['a rename below itself', 'rename', ['/v', '/v/w'], 'to must be outside of /v'],
  ['a rename to its directory', 'rename', ['/d/v', '/d'], 'to must be no directory that /d/v is in'],
  ['an owner with a NUL', 'changeOwner', ['/v', 'a\0'], 'owner must be without NUL characters'],
  [
    'exclusive as text',
    'open',
    ['/v', { exclusive: 'yes' }],
    'exclusive must be true or false, or left out; got "yes"',
  ],
  [
    'a deadline of 0',
    'stat',
    ['/v', { deadline: 0 }],
    'deadline must be a number of milliseconds over 0; got 0',
  ],
  ['a deadline as text', 'close', [{ deadline: 'soon' }], 'deadline must be a number of milliseconds over 0'],
  ['a deadline that looks like a number', 'stat', ['/v', { deadline: '100' }], 'got "100"'],
  ['a deadline as a bigint', 'stat', ['/v', { deadline: 100n }], 'got 100n'],
  ['a signal that is none', 'clusterId', [{ signal: {} }], 'signal must be an AbortSignal'],
];

const ON_VOLUME: [string, string, unknown[], string][] = [
  ['nothing', 'read', [], 'offset must be a whole number of at least 0; got undefined'],
  ['nothing but data', 'write', [Buffer.alloc(BLOCK)], 'offset must be a whole number of at least 0'],
  ['more than fits', 'read', [{ offset: 0, length: 2 ** 52 }], 'length must be a whole number'],
  ['no offset', 'read', [{ length: BLOCK }], 'offset must be a whole number of at least 0; got undefined'],
  ['a negative offset', 'read', [{ offset: -BLOCK, length: BLOCK }], 'offset must be a whole number'],
  [
    'a bigint',
    'write',
    [Buffer.alloc(BLOCK), { offset: 0n }],
    'offset must be a whole number of at least 0; got 0n',
  ],
  ['no length', 'read', [{ offset: 0 }], 'length must be a whole number'],
  [
    'a buffer that is text',
    'read',
    [{ offset: 0, buffer: 'x' }],
    'buffer must be a Uint8Array or Buffer; got "x"',
  ],
  [
    'both a buffer and a length',
    'read',
    [{ offset: 0, buffer: Buffer.alloc(BLOCK), length: 1 }],
    "length must be left out, it is the buffer's; got 1",
  ],
  ['data that is text', 'write', ['x', { offset: 0 }], 'data must be a Uint8Array or Buffer'],
  [
    'align with another word',
    'write',
    [Buffer.alloc(1), { offset: 0, align: 'yes' }],
    `align must be "auto", or left out`,
  ],
  ['buffers that are one', 'readv', [Buffer.alloc(BLOCK), { offset: 0 }], 'buffers must be an array'],
  ['buffers with text', 'writev', [['x'], { offset: 0 }], 'each of buffers must be a Uint8Array'],
  ['a discard without length', 'discard', [{ offset: 0 }], 'length must be a whole number'],
  ['a size with a fraction', 'resize', [SIZE + 0.5], 'size must be a whole number'],
];

describe('wrong arguments are refused before anything is sent', () => {
  const refused = async (target: CurveClient | Volume, call: string, args: readonly unknown[]) => {
    const error = await (target as unknown as Loose)[call]?.(...args).then(
      () => undefined,
      failure => failure as CurveError,
    );
    expect(error).toMatchObject({ name: 'CurveError', code: 'INVALID_ARGUMENT', operation: call });
    return error?.message ?? '';
  };

  it('all of them', async () => {
    const { curve, volume, cluster } = await smallVolume();
    const before = cluster.requests.length;
    for (const [call, args] of ON_PATHS) {
      for (const [, path, message] of PATHS)
        expect(await refused(curve, call, args(path))).toContain(message);
    }
    for (const [, call, args, message] of ON_CLIENT)
      expect(await refused(curve, call, args)).toContain(message);
    for (const [, call, args, message] of ON_VOLUME)
      expect(await refused(volume, call, args)).toContain(message);
    const calls = cluster.requests.slice(before).map(({ method }) => method);
    expect(calls.filter(method => method !== 'RefreshSession')).toEqual([]);
    await curve.stat('/v');
  });

  it('configurations', async () => {
    await expect(CurveClient.connect(undefined as never, { user: 'alice' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('config must be the path of a client.conf'),
    });
  });

  it('users', async () => {
    const config = { 'mds.listen.addr': '127.0.0.1:1' };
    for (const [options, message] of [
      [undefined, 'user must be a string that is not empty; got undefined'],
      [{ user: '' }, 'user must be a string that is not empty; got ""'],
      [{ user: { name: 'root', password: 7 } }, 'user.password must be a string'],
      [{ user: 'a'.repeat(256) }, 'user must be at most 255 bytes long'],
    ] as const) {
      const connecting = CurveClient.connect(config, options as never);
      await expect(connecting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'connect' });
      await expect(connecting).rejects.toThrow(message);
    }
  });

  it('memory that may shrink', async () => {
    const { volume } = await smallVolume();
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    const data = new Uint8Array(new Resizable(BLOCK, { maxByteLength: 2 * BLOCK }));
    await expect(volume.write(data, { offset: 0 })).rejects.toThrow('no view of a resizable ArrayBuffer');
  });

  it('memory that was transferred', async () => {
    const { volume } = await smallVolume();
    const data = new Uint8Array(BLOCK);
    structuredClone(data, { transfer: [data.buffer] });
    const message = 'no view of an ArrayBuffer that was transferred';
    await expect(volume.write(data, { offset: 0 })).rejects.toThrow(message);
    await expect(volume.writev([data], { offset: 0 })).rejects.toThrow(message);
    await expect(volume.read({ buffer: data, offset: 0 })).rejects.toThrow(message);
  });
});
