import { readFileSync } from 'node:fs';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CurveEmulator, startCurveEmulator } from '../src/index.js';
import { ChunkOpType, ChunkService } from '../src/proto/chunk_pb.js';
import { CliService2 } from '../src/proto/cli2_pb.js';
import { CurveFSService, FileType } from '../src/proto/nameserver2_pb.js';
import { TopologyService } from '../src/proto/topology_pb.js';
import { rawText } from './support/raw-text.js';
import { RpcConnection } from './support/rpc-client.js';
import { GiB, User } from './support/user.js';

/** `label: method => fields`, in the order in which a real MDS and its chunkservers were asked. */
const vector = readFileSync(new URL('./vectors/cluster/raw-answers.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
  .map(line => line.split(' => ') as [string, string]);

type Method = DescMethodUnary & { parent: DescService };

let now = Date.now();
let emulator: CurveEmulator;
let steps: [string, () => Promise<string>][];

const fs = CurveFSService.method;
const topology = TopologyService.method;
const chunk = ChunkService.method;
const size = 10 * GiB;
const base = '/rRUN';
const [directory, volume] = [`${base}/d`, `${base}/v`];

beforeAll(async () => {
  emulator = await startCurveEmulator({ durability: 'fast', clock: () => now });
  steps = await everyCall(emulator);
});

afterAll(() => emulator.close());

test('every raw call is answered as by a real cluster', async () => {
  expect(steps.map(([label]) => label)).toEqual(vector.map(([label]) => label));
  const differences: string[] = [];
  for (const [index, [label, ask]] of steps.entries()) {
    const recorded = vector[index]?.[1] ?? '';
    const ours = await ask();
    if (!patternOf(recorded).test(unordered(ours))) differences.push(`${label} => ${ours}, not ${recorded}`);
  }
  expect(differences).toEqual([]);
});

/** What an answer must look like, with what depends on the cluster left open. */
function patternOf(recorded: string): RegExp {
  const escaped = unordered(recorded).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const open = escaped
    .replace(/PORT\d/g, 'PORT')
    .replace(/\b(TIME|INDEX)\b/g, '\\d+')
    // Disk sizes and folders of chunkservers, and which copyset a chunk was given.
    .replace(/8:'local:[^']*' 9:\d+ 10:\d+/g, "8:'local:[^']*' 9:\\d+ 10:\\d+")
    .replace(/5:\\\{2:(\d+) 3:\d+\\\}/g, '5:\\{2:$1 3:\\d+\\}');
  return new RegExp(`^${open}$`);
}

/** Chunkservers come in any order. */
function unordered(answer: string): string {
  const locations = /(?:3:\{1:\d+ 2:'[^']*' 3:PORT\d? 4:'[^']*'\} ?)+/;
  return answer.replace(/PORT\d/g, 'PORT').replace(
    locations,
    all =>
      all
        .match(/3:\{[^}]*\}/g)
        ?.sort()
        .join(' ') ?? all,
  );
}

async function everyCall({
  mdsAddresses: [mds = ''],
  chunkserverAddresses,
}: CurveEmulator): Promise<typeof steps> {
  const [alice, bob, nobody] = ['alice', 'bob', ''].map(name => new User(emulator, name, '', () => now)) as [
    User,
    User,
    User,
  ];
  const root = new User(emulator, 'root', emulator.rootPassword, () => now);
  expect(await alice.mkdir(base)).toBe(0);
  expect(await alice.mkdir(directory)).toBe(0);
  expect(await alice.create(volume, size)).toBe(0);
  const segment = (await alice.segment(volume, 0, true)).pageFileSegment;
  const [first, second] = segment?.chunks ?? [];
  const place = { logicPoolId: 1, copysetId: first?.copysetID ?? 0 };
  const there = { ...place, chunkId: first?.chunkID ?? 0n };
  const empty = { logicPoolId: 1, copysetId: second?.copysetID ?? 0, chunkId: second?.chunkID ?? 0n };
  // One chunkserver leads both.
  emulator.moveLeader({ copysetId: place.copysetId, to: 1 });
  emulator.moveLeader({ copysetId: empty.copysetId, to: 1 });
  const [leader = '', follower = ''] = chunkserverAddresses;
  const port = Number(leader.split(':')[1]);
  const block = Buffer.alloc(4096, 1);

  /** The answer to a message, as the recording has it; ports are called PORT, the leader CS1. */
  async function answer(
    address: string,
    service: string,
    { name, output }: Pick<Method, 'name' | 'output'>,
    message: Uint8Array,
    attachment?: Buffer,
  ): Promise<string> {
    const connection = new RpcConnection(address);
    try {
      const reply = await connection.call(service, name, message, attachment);
      if (reply.errorCode !== 0) return `RPC error ${reply.errorCode}`;
      let text = rawText(output, fromBinary(output, reply.message));
      for (const one of chunkserverAddresses) {
        text = text.replaceAll(`'${one}:0'`, `'${one === leader ? 'CS1' : 'CS?'}:0'`);
        text = text.replaceAll(`'127.0.0.1' 3:${one.split(':')[1]} `, "'127.0.0.1' 3:PORT ");
        text = text.replaceAll(`'127.0.0.1' 4:${one.split(':')[1]} `, "'127.0.0.1' 4:PORT ");
      }
      if (reply.attachment.length === 0) return text;
      const zeros = reply.attachment.every(byte => byte === 0) ? ' of zeros' : '';
      return `${text} +${reply.attachment.length} bytes${zeros}`;
    } finally {
      await connection.close();
    }
  }

  function ask<M extends Method>(
    label: string,
    method: M,
    request: MessageInitShape<M['input']>,
    { address = mds, attachment }: { address?: string; attachment?: Buffer } = {},
  ): (typeof steps)[number] {
    const message = toBinary(method.input, create(method.input as DescMessage, request));
    const { typeName } = method.parent;
    return [`${label}: ${method.name}`, () => answer(address, typeName, method, message, attachment)];
  }
  const raw = (label: string, method: Method, bytes: Buffer = Buffer.alloc(0)): (typeof steps)[number] => [
    label,
    () => answer(mds, method.parent.typeName, method, bytes),
  ];

  const paths: [string, string][] = [
    ['volume', volume],
    ['directory', base],
    ['empty directory', directory],
    ['missing', '/missing'],
    ['missing below', '/missing/x'],
    ['below a volume', `${volume}/x`],
    ['empty', ''],
    ['//', '//'],
    ['slash at the end', `${base}/`],
    ['relative', 'v'],
  ];
  const everyPath = (method: typeof fs.getFileSize) => [
    ...paths.map(([label, fileName]) => ask(label, method, { fileName })),
    raw(`no name: ${method.name}`, method),
  ];
  const mounts = fs.findFileMountPoint as unknown as typeof fs.getFileSize;
  /** Done before a call, and no call of the recording. */
  const after = (work: () => unknown, [label, next]: (typeof steps)[number]): (typeof steps)[number] => [
    label,
    async () => {
      await work();
      return next();
    },
  ];
  const session = (user: User, fileName: string) => ({ fileName, sessionID: 'abc', ...user.credentials });
  const sessionCalls = (label: string, user: User, fileName: string) => [
    ask(label, fs.openFile, session(user, fileName)),
    ask(label, fs.refreshSession, session(user, fileName)),
    ask(label, fs.closeFile, session(user, fileName)),
  ];
  const named = (user: User, fileName: string) => ({ fileName, ...user.credentials });
  const { INODE_DIRECTORY, INODE_PAGEFILE, INODE_APPENDFILE, INODE_SNAPSHOT_PAGEFILE } = FileType;
  const creation = (user: User, fileName: string, fileType: FileType, more = {}) => ({
    ...{ ...named(user, fileName), fileType },
    ...more,
  });
  const segmentAt = (fileName: string, offset: number, more = {}) => ({
    ...{ ...named(alice, fileName), offset: BigInt(offset), allocateIfNotExist: false },
    ...more,
  });
  const discardAt = (fileName: string, offset: number) => ({
    ...named(alice, fileName),
    offset: BigInt(offset),
  });
  const owner = (newOwner: string) => {
    const { owner: rootOwner, ...rest } = root.credentials;
    return { fileName: volume, newOwner, rootOwner, ...rest };
  };
  const { CHUNK_OP_READ, CHUNK_OP_WRITE, CHUNK_OP_DELETE } = ChunkOpType;
  const read = (label: string, request: object, address = leader) =>
    ask(
      label,
      chunk.readChunk,
      { opType: CHUNK_OP_READ, ...there, offset: 0, size: 4096, ...request },
      { address },
    );
  const write = (label: string, request: object = {}, address = leader) =>
    ask(
      label,
      chunk.writeChunk,
      { opType: CHUNK_OP_WRITE, ...there, offset: 0, size: 4096, sn: 1n, ...request },
      { address, attachment: block },
    );
  const updateEpoch = (label: string, epoch: bigint, address = leader) =>
    ask(label, chunk.updateEpoch, { fileId: 77n, epoch }, { address });
  const copysets = (label: string, logicalPoolId: number, copysetId: number[]) =>
    ask(label, topology.getChunkServerListInCopySets, { logicalPoolId, copysetId });
  const late = { date: BigInt((now - 3_600_000) * 1000) };

  return [
    ...everyPath(fs.getAllocatedSize as unknown as typeof fs.getFileSize),
    ...everyPath(fs.getFileSize),
    ...everyPath(mounts).map((step, index) =>
      index === 0 ? after(() => alice.refresh(volume, 29_000), step) : step,
    ),
    ask('all', fs.listClient, { listAllClient: true }),
    after(() => alice.close(volume, 29_000), ask('just closed', mounts, { fileName: volume })),
    after(
      () => {
        now += 1000;
      },
      ask('closed', mounts, { fileName: volume }),
    ),
    ask('known', topology.getChunkServer, { chunkServerID: 1 }),
    ask('unknown', topology.getChunkServer, { hostIp: '127.0.0.1', port: 1 }),
    ask('unknown id', topology.getChunkServer, { chunkServerID: 99 }),
    ask('nothing', topology.getChunkServer, {}),
    ask('ip only', topology.getChunkServer, { hostIp: '127.0.0.1' }),
    ask('ip', topology.listChunkServer, { ip: '127.0.0.1' }),
    ask('ip and port', topology.listChunkServer, { ip: '127.0.0.1', port }),
    ask('unknown ip', topology.listChunkServer, { ip: '10.1.1.1' }),
    ask('unknown server', topology.listChunkServer, { serverID: 99 }),
    ask('nothing', topology.listChunkServer, {}),
    copysets('one', 1, [6]),
    copysets('none', 1, []),
    copysets('twice', 1, [6, 6]),
    copysets('unknown copyset', 1, [999]),
    copysets('unknown pool', 9, [1]),
    copysets('unknown pool, none', 9, []),
    raw('no pool: GetChunkServerListInCopySets', topology.getChunkServerListInCopySets),
    ask('', topology.listPoolset, {}),
    ask('volume', fs.getFileInfo, named(alice, volume)),
    ask('directory', fs.getFileInfo, named(alice, base)),
    ask('/', fs.getFileInfo, named(root, '/')),
    ask('bin', fs.getFileInfo, named(root, '/RecycleBin')),
    ask('missing', fs.getFileInfo, named(alice, '/missing')),
    ask('missing by root', fs.getFileInfo, named(root, '/missing')),
    ask('below a volume by root', fs.getFileInfo, named(root, `${volume}/x`)),
    ask('bob', fs.getFileInfo, named(bob, volume)),
    ask('nobody', fs.getFileInfo, named(nobody, volume)),
    ask('empty path', fs.getFileInfo, named(alice, '')),
    ask('//', fs.getFileInfo, named(alice, '//')),
    ask('directory', fs.listDir, named(alice, base)),
    ask('volume', fs.listDir, named(alice, volume)),
    ask('missing by root', fs.listDir, named(root, '/missing')),
    ask('missing below, by root', fs.listDir, named(root, '/missing/x')),
    ask('below a volume by root', fs.listDir, named(root, `${volume}/x`)),
    ask('bin', fs.listDir, named(alice, '/RecycleBin')),
    ask('directory', fs.increaseFileEpoch, named(alice, directory)),
    ask('/', fs.increaseFileEpoch, named(root, '/')),
    ask('missing', fs.increaseFileEpoch, named(alice, '/missing')),
    ask('bob', fs.increaseFileEpoch, named(bob, volume)),
    ask('late', fs.getFileInfo, { ...named(alice, volume), ...late }),
    ask('root, unsigned', fs.getFileInfo, { ...named(root, volume), signature: '' }),
    raw('no date: GetFileInfo', fs.getFileInfo, Buffer.from('\n\u0002/v\u0012\u0005alice')),
    ...sessionCalls('directory', alice, directory),
    ...sessionCalls('missing', alice, '/missing'),
    ...sessionCalls('volume of bob', bob, volume),
    ...sessionCalls('below a volume by root', root, `${volume}/x`),
    ...sessionCalls('//', alice, '//'),
    ask('volume', fs.refreshSession, session(alice, volume)),
    ask('without an address', mounts, { fileName: volume }),
    ask('volume', fs.refreshSession, { ...session(alice, volume), sessionID: '', clientIP: '10.0.0.1' }),
    ask('volume', fs.refreshSession, { ...session(alice, volume), sessionID: '', clientIP: 'nowhere' }),
    ask('three', mounts, { fileName: volume }),
    ask('mounted by those', fs.deleteFile, named(alice, volume)),
    ask('volume', fs.closeFile, session(alice, volume)),
    ask('volume', fs.closeFile, { ...session(alice, volume), clientIP: '10.0.0.1' }),
    ask('volume', fs.closeFile, { ...session(alice, volume), clientIP: 'nowhere' }),
    after(
      () => {
        now += 1000;
      },
      ask('closed', mounts, { fileName: volume }),
    ),
    ask('there', fs.getOrAllocateSegment, segmentAt(volume, 0)),
    ask('not there', fs.getOrAllocateSegment, segmentAt(volume, GiB)),
    ask('within', fs.getOrAllocateSegment, segmentAt(volume, 4096)),
    ask('beyond', fs.getOrAllocateSegment, segmentAt(volume, size)),
    ask('directory', fs.getOrAllocateSegment, segmentAt(directory, 0)),
    ask('missing', fs.getOrAllocateSegment, segmentAt('/missing', 0)),
    ask('old epoch 0, no epoch', fs.getOrAllocateSegment, segmentAt(volume, 0, { epoch: 0n })),
    ask('not there', fs.deAllocateSegment, discardAt(volume, GiB)),
    ask('within', fs.deAllocateSegment, discardAt(volume, 4096)),
    ask('beyond', fs.deAllocateSegment, discardAt(volume, size)),
    ask('directory', fs.deAllocateSegment, discardAt(directory, 0)),
    ask('missing', fs.deAllocateSegment, discardAt('/missing', 0)),
    ask('append file', fs.createFile, creation(alice, `${base}/a`, INODE_APPENDFILE)),
    ask('snapshot', fs.createFile, creation(alice, `${base}/a`, INODE_SNAPSHOT_PAGEFILE)),
    ask('undefined type', fs.createFile, creation(alice, `${base}/a`, 9 as FileType)),
    ask(
      'directory with a poolset and stripes',
      fs.createFile,
      creation(alice, `${base}/a`, INODE_DIRECTORY, { poolset: 'default', stripeUnit: 4096n }),
    ),
    ask(
      'directory with a length',
      fs.createFile,
      creation(alice, `${base}/a`, INODE_DIRECTORY, { fileLength: 4096n }),
    ),
    ask('volume without a length', fs.createFile, creation(alice, `${base}/a`, INODE_PAGEFILE)),
    // The first of them is not signed.
    ask('root /', fs.createFile, { ...creation(root, '/', INODE_DIRECTORY), signature: '' }),
    ask('root /', fs.createFile, creation(root, '/', INODE_DIRECTORY)),
    ask('root / volume', fs.createFile, creation(root, '/', INODE_PAGEFILE, { fileLength: BigInt(size) })),
    ask('root extends /', fs.extendFile, { ...named(root, '/'), newSize: BigInt(size) }),
    ask('root removes /', fs.deleteFile, named(root, '/')),
    ask('root renames /', fs.renameFile, { oldFileName: '/', newFileName: '/x', ...root.credentials }),
    ask('to nobody', fs.changeOwner, owner('')),
    ask('volume of nobody', fs.getFileInfo, named(root, volume)),
    ask('back', fs.changeOwner, owner('alice')),
    ask('with a wrong id', fs.deleteFile, { ...named(alice, volume), fileId: 12_345n }),
    [
      'unknown method',
      () => answer(mds, 'curve.mds.CurveFSService', { ...fs.getFileSize, name: 'No' }, block),
    ],
    ['unknown service', () => answer(mds, 'curve.mds.None', fs.getFileSize, block)],
    [
      'short name',
      () => {
        const { input } = fs.getFileSize;
        return answer(
          mds,
          'CurveFSService',
          fs.getFileSize,
          toBinary(input, create(input, { fileName: volume })),
        );
      },
    ],
    raw('unparsable', fs.getFileSize, Buffer.from([0xff, 0xff])),
    ['GetLeader', ask('', CliService2.method.getLeader, place, { address: follower })[1]],
    ask('unknown copyset', CliService2.method.getLeader, { ...place, copysetId: 999 }, { address: leader }),
    ask('unknown pool', CliService2.method.getLeader, { ...place, logicPoolId: 9 }, { address: leader }),
    [
      'nothing: GetLeader',
      () => answer(leader, CliService2.typeName, CliService2.method.getLeader, Buffer.alloc(0)),
    ],
    after(() => write('')[1](), read('there', {})),
    read('never written part', { offset: 8192 }),
    read('never written chunk', empty),
    read('follower', {}, follower),
    read('follower, never written chunk', empty, follower),
    read('unaligned', { offset: 1 }),
    read('beyond', { offset: 16 * 2 ** 20 }),
    read('over the end', { offset: 16 * 2 ** 20 - 4096, size: 8192 }),
    read('size 0', { size: 0 }),
    ask('no offset', chunk.readChunk, { opType: CHUNK_OP_READ, ...there }, { address: leader }),
    read('unknown copyset', { copysetId: 999 }),
    read('wrong op', { opType: CHUNK_OP_WRITE }),
    write('ok'),
    write('follower', {}, follower),
    write('unknown copyset', { copysetId: 999 }),
    updateEpoch('epoch', 5n),
    updateEpoch('the same', 5n),
    updateEpoch('older', 4n),
    updateEpoch('follower', 5n, follower),
    ['nothing: UpdateEpoch', () => answer(leader, ChunkService.typeName, chunk.updateEpoch, Buffer.alloc(0))],
    write('epoch 4', { fileId: 77n, epoch: 4n }),
    write('epoch 5', { fileId: 77n, epoch: 5n }),
    write('epoch 6', { fileId: 77n, epoch: 6n }),
    write('no epoch', { fileId: 77n }),
    write('epoch, no file', { epoch: 4n }),
    write('epoch of an unknown file', { fileId: 78n, epoch: 4n }),
    write('epoch 4 to a follower', { fileId: 77n, epoch: 4n }, follower),
    ask('there', chunk.getChunkInfo, there, { address: leader }),
    ask('never written', chunk.getChunkInfo, empty, { address: leader }),
    ask('unknown copyset', chunk.getChunkInfo, { ...there, copysetId: 999 }, { address: leader }),
    ask('follower', chunk.getChunkInfo, there, { address: follower }),
    write('newer sn', { sn: 2n }),
    write('then the old'),
    ask('there', chunk.getChunkInfo, there, { address: leader }),
    ask(
      'never written',
      chunk.deleteChunk,
      { opType: CHUNK_OP_DELETE, ...empty, sn: 1n },
      { address: leader },
    ),
    ['health', async () => String((await fetch(`http://${leader}/health`)).status)],
  ];
}
