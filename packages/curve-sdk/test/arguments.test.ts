import { describe, expect, it } from 'vitest';
import { parseQemuName } from '../src/cbd/qemu-name.js';
import { CBDClient, errorName, LIBCURVE_ERROR, UserInfo_t } from '../src/index.js';

const user = new UserInfo_t('alice');

/** What a caller without a type checker may do. */
type Loose = Record<string, (...args: readonly unknown[]) => unknown>;

const WRONG: [string, string, unknown[], string][] = [
  ['a path that is no string', 'Create', [7, user, 1], 'path must be a string, not number'],
  ['a path with a NUL', 'Unlink', ['/a\0b', user], 'path must not contain a NUL character'],
  ['no user', 'Open', ['/v'], 'user must be a UserInfo_t or { owner, password }, not undefined'],
  [
    'a user that is a name',
    'Mkdir',
    ['/v', 'alice'],
    'user must be a UserInfo_t or { owner, password }, not string',
  ],
  ['a user without an owner', 'Rmdir', ['/v', {}], 'user.owner must be a string, not undefined'],
  [
    'a password that is a number',
    'Open',
    ['/v', { owner: 'root', password: 1 }],
    'user.password must be a string',
  ],
  ['a size that is text', 'Create', ['/v', user, '10G'], 'size must be a number or bigint, not string'],
  ['a size with a fraction', 'Extend', ['/v', user, 1.5], 'size must be a whole number: 1.5'],
  ['a negative size', 'Create', ['/v', user, -1], 'size must not be negative: -1'],
  ['a size over 64 bits', 'Create', ['/v', user, 2n ** 64n], 'size must fit into 64 bits'],
  ['an id that is NaN', 'Recover', ['/v', user, Number.NaN], 'id must be a whole number: NaN'],
  [
    'a negative stripe',
    'Create2',
    [{ name: '/v', user, length: 1, stripeUnit: -1 }],
    'stripeUnit must not be negative',
  ],
  ['a descriptor that is text', 'Close', ['0'], 'fd must be a number, not string'],
  ['a descriptor with a fraction', 'Close', [0.5], 'fd must be a whole number of 32 bits: 0.5'],
  ['no buffer', 'Write', [0, 'text', 0, 4096], 'buf must be a Buffer or Uint8Array, not string'],
  [
    'a short buffer to write',
    'Write',
    [0, Buffer.alloc(10), 0, 4096],
    'buf has 10 bytes, fewer than the length 4096',
  ],
  [
    'a short buffer to read',
    'Read',
    [0, Buffer.alloc(10), 0, 4096],
    'buf has 10 bytes, fewer than the length 4096',
  ],
  ['a negative length', 'Discard', [0, 0, -1], 'length must not be negative: -1'],
  ['an offset that is null', 'Read', [0, null, null, 1], 'offset must be a number or bigint, not null'],
  [
    'a new owner that is missing',
    'ChangeOwner',
    ['/v', undefined, user],
    'newOwner must be a string, not undefined',
  ],
];

describe('wrong arguments', () => {
  it.each(WRONG)('%s', async (_, call, args, message) => {
    const cbd = new CBDClient() as unknown as Loose;
    expect(() => cbd[call]?.(...args)).toThrow(message);
    await expect(cbd[`${call}Async`]?.(...args)).rejects.toThrow(message);
  });

  it.each(['AioRead', 'AioWrite'] as const)('%s with a wrong context', async call => {
    const cbd = new CBDClient();
    expect(() => cbd[call](0, { offset: 0.5, length: 4096 })).toThrow('offset must be a whole number');
    await expect(cbd[`${call}Async`](0, { offset: 0, length: -1 })).rejects.toThrow(
      'length must not be negative',
    );
  });
});

describe('names', () => {
  it.each([
    ['/a_b_user_', { path: '/a_b', user: { owner: 'user' } }],
    ['/v_u1_x', { path: '/v', user: { owner: 'u1' } }],
    ['/v__', { path: '/v', user: { owner: '' } }],
    ['/v_u1', undefined],
    ['_', undefined],
    ['', undefined],
  ])('%s', (name, parsed) => expect(parseQemuName(name)).toEqual(parsed));

  it('every error has one, but for 100', () => {
    for (const [name, code] of Object.entries(LIBCURVE_ERROR))
      expect(errorName(-code)).toBe(code === 100 ? 'Unknown[100]' : name);
    expect(errorName(33)).toBe('Unknown[33]');
  });
});
