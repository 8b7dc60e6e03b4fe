import type { CurveEmulator } from '@curve-wcs/curve-emulator';
import { unreachableHost } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  CBDClient,
  CBDError,
  type CurveClient,
  CurveError,
  errorName,
  FileInfo_t,
  UserInfo_t,
} from '../src/index.js';
import { BLOCK, SEGMENT, SIZE, smallCluster } from './support/connect.js';

// Every number that the protocol has, as the status of an answer and as the error of an RPC, on every method, through
// both clients. What must come of it is written down here once more, from curve-protocol.md.

/** StatusCode of the MDS, and libcurve's code (§3.6). */
const MDS: Readonly<Record<number, number>> = {
  101: -1,
  102: -6,
  103: -100,
  104: -16,
  105: -13,
  106: -100,
  107: -10,
  108: -100,
  109: -6,
  110: -11,
  111: -4,
  112: -12,
  120: -7,
  121: -8,
  122: -5,
  123: -6,
  124: -9,
  125: -25,
  126: -15,
  127: -100,
  128: -26,
  129: -100,
  130: -100,
  131: -100,
  132: -24,
  133: -27,
  134: -28,
  135: -29,
  136: -100,
  137: -100,
  138: -100,
  139: -100,
  140: -100,
  141: -6,
  501: -17,
  502: -100,
};
/** CHUNK_OP_STATUS, and the code of I/O that ends with it (§3.6). */
const CHUNK: Readonly<Record<number, number>> = {
  1: -2,
  2: -20,
  3: -18,
  4: -19,
  5: -21,
  6: -6,
  7: -6,
  8: -2,
  9: -2,
  10: -2,
  11: -1,
  12: -31,
};
/** Codes of the RPC layer (§2.5). */
const RPC = [
  2, 11, 104, 110, 111, 112, 125, 1001, 1002, 1003, 1004, 1007, 1008, 1009, 1011, 1014, 2001, 2002, 2003,
  2004,
];
/** Status of the topology service (§3.3). */
const TOPOLOGY = Array.from({ length: 22 }, (_, index) => -1 - index);
/** Numbers that mean something anywhere, and two that do not. */
const NUMBERS = [
  ...new Set(
    [...Object.keys(MDS), ...Object.keys(CHUNK)].map(Number).concat(RPC, TOPOLOGY.map(Math.abs), 77, 200),
  ),
];

/** What a call comes to: the code of CurveClient with the kind and number it goes back to, and what CBDClient returns. */
interface Expected {
  readonly code: string;
  readonly kind: string;
  readonly status: number;
  readonly cbd: number;
}

const noAnswer = (error: number): Expected => ({ code: 'FAILED', kind: 'rpc', status: error, cbd: -2 });
/** A value that the enumeration lacks makes the message malformed (§9, 7). */
const malformed = noAnswer(2002);
const nameOf = (code: number) => (code === -100 ? 'UNKNOWN' : errorName(code));

function mdsAnswer(status: number): Expected {
  const cbd = MDS[status];
  if (cbd === undefined) return malformed;
  return { code: status === 140 ? 'EPOCH_TOO_OLD' : nameOf(cbd), kind: 'mds', status, cbd };
}

function chunkAnswer(status: number): Expected {
  const cbd = CHUNK[status];
  return cbd === undefined ? malformed : { code: nameOf(cbd), kind: 'chunk', status, cbd };
}

const topologyAnswer = (status: number): Expected => ({ code: 'FAILED', kind: 'topology', status, cbd: -2 });

const KEYS = {
  'mds.maxRetryMS': 1,
  'mds.rpcRetryIntervalUS': 1000,
  'mds.registerToMDS': false,
  'metacache.rpcRetryIntervalUS': 500,
  'chunkserver.opMaxRetry': 2,
  'chunkserver.opRetryIntervalUS': 500,
  'chunkserver.maxRetrySleepIntervalUS': 500,
  'csClientOpt.rpcMaxTry': 2,
  'csClientOpt.rpcIntervalUs': 500,
};
const ALICE = new UserInfo_t('alice');

interface Clients {
  readonly cluster: CurveEmulator;
  readonly curve: CurveClient;
  readonly root: CurveClient;
  readonly cbd: CBDClient;
}

async function clients(): Promise<Clients> {
  const { cluster, connect } = await smallCluster();
  const cbd = new CBDClient();
  await cbd.InitAsync({ ...KEYS, 'mds.listen.addr': cluster.mdsAddresses.join(',') });
  onTestFinished(() => cbd.UnInitAsync());
  const [curve, root] = [await connect('alice', KEYS), await connect('root', KEYS)];
  await curve.createVolume('/v', { size: SIZE });
  await curve.mkdir('/d');
  return { cluster, curve, root, cbd };
}

/** Runs `work` while calls of a method are answered so; `times`: only the first of them. */
async function during<T>(
  cluster: CurveEmulator,
  method: string,
  action: string,
  work: () => Promise<T>,
  times?: number,
): Promise<T> {
  const match = times === undefined ? { method } : { method, times };
  using _ = cluster.faults.add({ match, do: action });
  return await work();
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    value => ({ resolved: brief(value) }),
    error => error as unknown,
  );
  if (!(error instanceof CurveError)) return error;
  const { kind, status } = error.cause as { kind: string; status: number };
  return { code: error.code, kind, status };
}

async function code(call: Promise<unknown>): Promise<unknown> {
  return call.catch(error => (error instanceof CBDError ? error.code : error));
}

const DATA = Buffer.alloc(BLOCK, 7);

/** What was read or written, in a word. */
function brief(value: unknown): unknown {
  if (Buffer.isBuffer(value)) {
    if (value.equals(Buffer.alloc(value.length))) return 'zeros';
    return value.equals(Buffer.alloc(value.length, 7)) ? 'data' : 'neither data nor zeros';
  }
  if (typeof value !== 'object' || value === null) return value;
  if ('bytesWritten' in value) return value.bytesWritten;
  return 'bytesRead' in value && 'data' in value ? brief(value.data) : value;
}

/** A call, by the method that it comes down to. */
interface Call {
  readonly method: string;
  readonly name: string;
  curve?(clients: Clients): Promise<unknown>;
  cbd?(clients: Clients): Promise<unknown>;
  /** What CBDClient returns, where it does not tell. */
  readonly untold?: unknown;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const CALLS: readonly Call[] = [
  {
    method: 'CreateFile',
    name: 'createVolume',
    curve: ({ curve }) => curve.createVolume('/new', { size: SIZE }),
    cbd: ({ cbd }) => cbd.CreateAsync('/new', ALICE, SIZE),
  },
  {
    method: 'CreateFile',
    name: 'Create2',
    cbd: ({ cbd }) => cbd.Create2Async({ name: '/new', user: ALICE, length: SIZE }),
  },
  {
    method: 'CreateFile',
    name: 'mkdir',
    curve: ({ curve }) => curve.mkdir('/new'),
    cbd: ({ cbd }) => cbd.MkdirAsync('/new', ALICE),
  },
  {
    method: 'DeleteFile',
    name: 'remove',
    curve: ({ curve }) => curve.remove('/v'),
    cbd: ({ cbd }) => cbd.UnlinkAsync('/v', ALICE),
  },
  {
    method: 'DeleteFile',
    name: 'rmdir',
    curve: ({ curve }) => curve.rmdir('/d'),
    cbd: ({ cbd }) => cbd.RmdirAsync('/d', ALICE),
  },
  {
    method: 'DeleteFile',
    name: 'trash.purge',
    curve: ({ curve }) => curve.trash.purge('/RecycleBin/v-1-1'),
    cbd: ({ cbd }) => cbd.DeleteForceAsync('/RecycleBin/v-1-1', ALICE),
  },
  {
    method: 'RenameFile',
    name: 'rename',
    curve: ({ curve }) => curve.rename('/v', '/w'),
    cbd: ({ cbd }) => cbd.RenameAsync(ALICE, '/v', '/w'),
  },
  {
    method: 'ChangeOwner',
    name: 'changeOwner',
    curve: ({ root }) => root.changeOwner('/v', 'bob'),
    cbd: ({ cbd }) => cbd.ChangeOwnerAsync('/v', 'bob', ALICE),
  },
  {
    method: 'ExtendFile',
    name: 'extend',
    curve: ({ curve }) => curve.extend('/v', SIZE + SEGMENT),
    cbd: ({ cbd }) => cbd.ExtendAsync('/v', ALICE, SIZE + SEGMENT),
  },
  {
    method: 'RecoverFile',
    name: 'trash.restore',
    curve: ({ curve }) => curve.trash.restore('/gone'),
    cbd: ({ cbd }) => cbd.RecoverAsync('/gone', ALICE, 0),
  },
  {
    method: 'GetFileInfo',
    name: 'stat',
    curve: ({ curve }) => curve.stat('/v'),
    cbd: ({ cbd }) => cbd.StatFileAsync('/v', ALICE, new FileInfo_t()),
  },
  {
    method: 'ListDir',
    name: 'list',
    curve: ({ curve }) => all(curve.list('/d')),
    cbd: ({ cbd }) => cbd.ListdirAsync('/d', ALICE),
  },
  {
    method: 'OpenFile',
    name: 'open',
    curve: ({ curve }) => curve.open('/v'),
    // No reason is given for a refused open.
    cbd: async ({ cbd }) => ((await cbd.OpenAsync('/v', ALICE)) === -2 ? undefined : 'not -2'),
    untold: undefined,
  },
  {
    method: 'IncreaseFileEpoch',
    name: 'increaseEpoch',
    cbd: ({ cbd }) => cbd.IncreaseEpochAsync('/v_alice_'),
  },
  { method: 'GetFileSize', name: 'usage', curve: ({ curve }) => curve.usage('/v') },
  { method: 'GetAllocatedSize', name: 'usage', curve: ({ curve }) => curve.usage('/v') },
  {
    method: 'GetClusterInfo',
    name: 'clusterId',
    curve: ({ curve }) => curve.clusterId(),
    cbd: ({ cbd }) => cbd.GetClusterIdAsync(),
    untold: '',
  },
  {
    method: 'ListPoolset',
    name: 'poolsets',
    curve: ({ curve }) => curve.poolsets(),
    cbd: ({ cbd }) => cbd.ListPoolsetAsync(),
    untold: [],
  },
];
const OF_TOPOLOGY = new Set(['GetClusterInfo', 'ListPoolset']);

describe('a call that is one question to the MDS', () => {
  it.each(CALLS.map(call => [call.name, call.method, call] as const))('%s (%s)', async (_, method, call) => {
    const all = await clients();
    const expectAll = async (action: string, expected: Expected) => {
      const { cbd, ...thrown } = expected;
      await during(all.cluster, method, action, async () => {
        if (call.curve)
          expect.soft(await failure(call.curve(all)), `${action}: ${call.name}`).toEqual(thrown);
        if (!call.cbd) return;
        const returned = 'untold' in call ? call.untold : cbd;
        expect.soft(await code(call.cbd(all)), `${action}: CBDClient`).toEqual(returned);
      });
    };
    for (const number of NUMBERS) await expectAll(`error ${number}`, noAnswer(number));
    if (OF_TOPOLOGY.has(method)) {
      for (const number of TOPOLOGY) await expectAll(`status ${number}`, topologyAnswer(number));
    } else {
      for (const number of NUMBERS) await expectAll(`status ${number}`, mdsAnswer(number));
    }
  });

  it('mounts: only the status 102 says that nobody has it open', async () => {
    const { cluster, curve } = await clients();
    const ask = (action: string) =>
      during(cluster, 'FindFileMountPoint', action, () => failure(curve.mounts('/v')));
    for (const number of NUMBERS) {
      const { cbd: _, ...refused } = mdsAnswer(number);
      expect
        .soft(await ask(`status ${number}`), `status ${number}`)
        .toEqual(number === 102 ? { resolved: [] } : refused);
      const { cbd: __, ...none } = noAnswer(number);
      expect.soft(await ask(`error ${number}`), `error ${number}`).toEqual(none);
    }
  });

  it('close: what the MDS does not know is closed, and nothing else', async () => {
    const { cluster, curve, cbd } = await clients();
    for (const form of ['status', 'error']) {
      for (const number of NUMBERS) {
        const action = `${form} ${number}`;
        const volume = await curve.open('/v');
        const fd = await cbd.OpenAsync('/v', ALICE);
        const [thrown, returned] = await during(cluster, 'CloseFile', action, async () => [
          await failure(volume.close()),
          await cbd.CloseAsync(fd),
        ]);
        const closed = action === 'status 125';
        const { cbd: _, ...refused } = form === 'status' ? mdsAnswer(number) : noAnswer(number);
        expect.soft(thrown, action).toEqual(closed ? { resolved: undefined } : refused);
        expect.soft(returned, action).toBe(closed ? 0 : -2);
        if (!closed)
          expect
            .soft([await failure(volume.close()), await cbd.CloseAsync(fd)])
            .toEqual([{ resolved: undefined }, 0]);
      }
    }
  });
});

describe('where the data lie', () => {
  /** What a read finds that has to ask for its segment. */
  const read = async (
    { curve, cbd }: Clients,
    work: (read: () => Promise<unknown>[]) => Promise<unknown[]>,
  ) => {
    await using volume = await curve.open('/v');
    const fd = await cbd.OpenAsync('/v', ALICE);
    const found = await work(() => [
      failure(volume.read({ offset: 0, length: BLOCK })),
      cbd.ReadAsync(fd, null, 0, BLOCK).then(brief),
    ]);
    await cbd.CloseAsync(fd);
    return found;
  };
  const found = [{ resolved: 'data' }, 'data'];
  const zeros = [{ resolved: 'zeros' }, 'zeros'];

  async function withData(): Promise<Clients> {
    const all = await clients();
    await using volume = await all.curve.open('/v');
    await volume.write(DATA, { offset: 0 });
    return all;
  }

  it('a read waits for an answer about its segment, and believes it', async () => {
    const all = await withData();
    const ask = (action: string, times?: number) =>
      read(all, calls =>
        during(all.cluster, 'GetOrAllocateSegment', action, () => Promise.all(calls()), times),
      );
    for (const number of NUMBERS) {
      expect.soft(await ask(`error ${number}`, 4), `error ${number}`).toEqual(found);
      const expected = mdsAnswer(number);
      if (expected === malformed) {
        expect.soft(await ask(`status ${number}`, 4), `status ${number}`).toEqual(found);
        continue;
      }
      const { cbd: _, ...refused } = expected;
      expect
        .soft(await ask(`status ${number}`), `status ${number}`)
        .toEqual(number === 107 ? zeros : [refused, -2]);
    }
    expect(await ask('status 0')).toEqual([{ code: 'FAILED', kind: 'client', status: 0 }, -2]);
  });

  it('a write waits for its segment, unless it is told that there will be none', async () => {
    const all = await clients();
    const ask = async (action: string, times?: number) => {
      await all.curve.createVolume('/w', { size: SIZE });
      const volume = await all.curve.open('/w');
      const fd = await all.cbd.OpenAsync('/w', ALICE);
      const found = await during(
        all.cluster,
        'GetOrAllocateSegment',
        action,
        async () =>
          Promise.all([
            failure(volume.write(DATA, { offset: 0 })),
            all.cbd.WriteAsync(fd, DATA, SEGMENT, BLOCK),
          ]),
        times,
      );
      await volume.close();
      await all.cbd.CloseAsync(fd);
      await all.curve.remove('/w');
      return found;
    };
    const written = [{ resolved: BLOCK }, BLOCK];
    for (const number of NUMBERS) {
      expect.soft(await ask(`error ${number}`, 4), `error ${number}`).toEqual(written);
      const final = [102, 104, 107, 111, 140].includes(number);
      const { cbd: _, ...refused } = mdsAnswer(number);
      expect
        .soft(await ask(`status ${number}`, final ? undefined : 4), `status ${number}`)
        .toEqual(final ? [refused, -2] : written);
    }
    expect(await ask('status 0', 4)).toEqual(written);
  });

  it('segments and exports: only the status 107 says that there is none', async () => {
    const { cluster, curve } = await withData();
    await using volume = await curve.open('/v');
    const ask = (action: string) =>
      during(cluster, 'GetOrAllocateSegment', action, async () => [
        await failure(all(curve.segments('/v')).then(segments => segments.map(segment => segment.allocated))),
        await failure(exported(volume)),
      ]);
    const nothing = [{ resolved: [false, false, false, false] }, { resolved: 'zeros' }];
    for (const number of NUMBERS) {
      const { cbd: _, ...refused } = mdsAnswer(number);
      expect
        .soft(await ask(`status ${number}`), `status ${number}`)
        .toEqual(number === 107 ? nothing : [refused, refused]);
      const { cbd: __, ...none } = noAnswer(number);
      expect.soft(await ask(`error ${number}`), `error ${number}`).toEqual([none, none]);
    }
  });

  it('copysets and leaders are asked for until there is an answer', async () => {
    const all = await withData();
    const ask = (method: string, action: string, times?: number) =>
      read(all, calls => during(all.cluster, method, action, () => Promise.all(calls()), times));
    for (const number of NUMBERS) {
      expect
        .soft(await ask('GetChunkServerListInCopySets', `error ${number}`, 4), `error ${number}`)
        .toEqual(found);
      expect.soft(await ask('GetLeader', `error ${number}`, 4), `GetLeader: error ${number}`).toEqual(found);
    }
    for (const number of TOPOLOGY) {
      const { cbd, ...refused } = topologyAnswer(number);
      expect
        .soft(await ask('GetChunkServerListInCopySets', `status ${number}`), `status ${number}`)
        .toEqual([refused, cbd]);
    }
  });
});

describe('chunkservers', () => {
  it.each(['ReadChunk', 'WriteChunk'])('%s', async method => {
    const { cluster, curve, cbd } = await clients();
    await using volume = await curve.open('/v');
    const fd = await cbd.OpenAsync('/v', ALICE);
    await volume.write(DATA, { offset: 0 });
    await cbd.WriteAsync(fd, DATA, 0, BLOCK);
    const ask = (action: string) =>
      during(cluster, method, action, async () =>
        method === 'ReadChunk'
          ? [
              await failure(volume.read({ offset: 0, length: BLOCK })),
              await cbd.ReadAsync(fd, null, 0, BLOCK).then(brief),
            ]
          : [await failure(volume.write(DATA, { offset: 0 })), await cbd.WriteAsync(fd, DATA, 0, BLOCK)],
      );
    const zeros = [{ resolved: 'zeros' }, 'zeros'];
    for (const number of NUMBERS) {
      const { cbd: none, ...noReply } = noAnswer(number);
      expect.soft(await ask(`error ${number}`), `error ${number}`).toEqual([noReply, none]);
      const { cbd: code, ...refused } = chunkAnswer(number);
      // A chunk that was never written.
      const expected = method === 'ReadChunk' && number === 7 ? zeros : [refused, code];
      expect.soft(await ask(`status ${number}`), `status ${number}`).toEqual(expected);
    }
    await cbd.CloseAsync(fd);
  });

  it('UpdateEpoch', async () => {
    const { cluster, cbd } = await clients();
    const ask = (action: string) =>
      during(cluster, 'UpdateEpoch', action, () => cbd.IncreaseEpochAsync('/v_alice_'));
    // Whoever is down serves no client with an older epoch either (§4.11); a lost connection does not say so much.
    const down = [2003, 112, 111];
    for (const number of NUMBERS) {
      expect.soft(await ask(`error ${number}`), `error ${number}`).toBe(down.includes(number) ? 0 : -2);
      expect.soft(await ask(`status ${number}`), `status ${number}`).toBe(chunkAnswer(number).cbd);
    }
  });
});

it('of an MDS that has gone without a word nothing is done, and nothing said to be so', async () => {
  const { cluster, connect } = await smallCluster();
  const curve = await connect('alice', { ...KEYS, 'mds.maxRetryMS': 300 });
  const { port } = new URL(`tcp://${cluster.mdsAddresses[0]}`);
  await cluster.stopMds(0);
  await using _ = await unreachableHost(Number(port));
  const calls = [
    curve.createVolume('/v', { size: SIZE }),
    curve.remove('/v'),
    curve.extend('/v', SIZE),
    curve.rename('/v', '/w'),
    curve.mkdir('/d'),
    all(curve.list('/d')),
    curve.clusterId(),
    curve.poolsets(),
    curve.open('/v'),
  ];
  const noConnection = { code: 'FAILED', status: expect.stringMatching(/^E(RPC)?TIMEDOUT$/) };
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: 'rejected', reason: noConnection });
  }
  await expect(curve.remove('/v', { deadline: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });

  const cbd = new CBDClient();
  await cbd.InitAsync({ ...KEYS, 'mds.maxRetryMS': 300, 'mds.listen.addr': `127.0.0.1:${port}` });
  const codes = await Promise.all([
    cbd.CreateAsync('/v', ALICE, SIZE),
    cbd.UnlinkAsync('/v', ALICE),
    cbd.ExtendAsync('/v', ALICE, SIZE),
    cbd.RenameAsync(ALICE, '/v', '/w'),
    cbd.MkdirAsync('/d', ALICE),
    code(cbd.ListdirAsync('/d', ALICE)),
    cbd.OpenAsync('/v', ALICE),
    cbd.GetClusterIdAsync(),
  ]);
  expect(codes).toEqual([-2, -2, -2, -2, -2, -2, -2, '']);
  await cbd.UnInitAsync();
});

async function exported(volume: {
  export(target: WritableStream<Uint8Array>): Promise<unknown>;
}): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await volume.export(new WritableStream({ write: piece => void pieces.push(piece) }));
  return Buffer.concat(pieces);
}
