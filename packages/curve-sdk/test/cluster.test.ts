import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Tap } from '../src/conformance/tap.js';
import { type Cluster, CurveClient } from '../src/index.js';
import { CHUNK, SEGMENT, SIZE, smallCluster } from './support/connect.js';

const REPLICAS = 3;

async function started(options: Parameters<typeof smallCluster>[0] = {}) {
  const { cluster: emulator, connect } = await smallCluster(options);
  const curve = await connect('alice');
  return { emulator, connect, curve, cluster: curve.cluster };
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const codes = ({ reasons }: { reasons: readonly { code: string }[] }) => reasons.map(({ code }) => code);

describe('status', () => {
  test('a cluster that nothing is wrong with is healthy', async () => {
    const { cluster, curve, emulator } = await started();
    const status = await cluster.status();
    expect(status).toMatchObject({
      state: 'healthy',
      reasons: [],
      clusterId: await curve.clusterId(),
      mds: [{ address: emulator.mdsAddresses[0], state: 'leads', version: 'unknown' }],
      chunkservers: { total: 3, online: 3, unstable: 0, offline: 0, silent: 0 },
      copysets: { total: 12, unhealthy: 0, unusable: 0, problems: {} },
      pools: ['logicalPool1'],
    });
    expect(status.space).toEqual(await cluster.space());
  });

  test('one of three chunkservers that stops is named, at once, and its copysets are unhealthy', async () => {
    const { cluster, emulator } = await started({ missTimeout: 60_000, offlineTimeout: 120_000 });
    await emulator.stopChunkserver(2);
    const status = await cluster.status();
    // The MDS does not know yet.
    expect(status).toMatchObject({
      state: 'degraded',
      chunkservers: { online: 3, silent: 1 },
      copysets: { total: 12, unhealthy: 12, unusable: 0, problems: { minorityOffline: 12 } },
    });
    expect(codes(status)).toEqual(['CHUNKSERVER_SILENT', 'COPYSETS_UNHEALTHY']);
    expect(status.reasons[0]?.says).toContain(`chunkserver 2 at ${emulator.chunkserverAddresses[1]}`);
    expect(status.reasons[0]?.says).toContain('ECONNREFUSED');
    await emulator.startChunkserver(2);
    expect((await cluster.status()).state).toBe('healthy');
  });

  test('without a majority copysets are counted as unusable, and the cluster is down', async () => {
    const { cluster, emulator } = await started();
    await emulator.stopChunkserver(2);
    await emulator.stopChunkserver(3);
    const status = await cluster.status();
    expect(status).toMatchObject({
      state: 'down',
      chunkservers: { online: 1, offline: 2, silent: 2 },
      copysets: { total: 12, unhealthy: 12, unusable: 12, problems: { majorityOffline: 12 } },
    });
    await emulator.stopChunkserver(1);
    expect(await cluster.status()).toMatchObject({ state: 'down', copysets: { total: 12, unusable: 12 } });
  });

  test('of more chunkservers only those copysets suffer that are there', async () => {
    const { cluster, emulator } = await started({ chunkservers: 6, copysets: 60 });
    await emulator.stopChunkserver(1);
    expect(await cluster.status()).toMatchObject({
      state: 'degraded',
      copysets: { total: 60, unhealthy: 30, unusable: 0, problems: { minorityOffline: 30 } },
    });
    await emulator.stopChunkserver(2);
    expect(await cluster.status()).toMatchObject({
      state: 'degraded',
      copysets: { unhealthy: 40, unusable: 20, problems: { minorityOffline: 20, majorityOffline: 20 } },
    });
  });

  test('a chunkserver that accepts and says nothing is silent, and costs no more than its patience', async () => {
    const { cluster, emulator } = await started();
    const port = Number(emulator.chunkserverAddresses[0]?.split(':')[1]);
    emulator.faults.add({ match: { port, method: 'raft_stat' }, do: 'hang' });
    const status = await cluster.status({ patience: 100 });
    expect(status.state).toBe('degraded');
    expect(codes(status)).toEqual(['CHUNKSERVER_SILENT', 'COPYSETS_UNHEALTHY']);
    expect(status.reasons[0]?.says).toContain('ERPCTIMEDOUT');
  });

  test('no MDS is a reason, not a failure', async () => {
    const { cluster, emulator } = await started();
    await emulator.stopMds(0);
    const status = await cluster.status({ patience: 200 });
    expect(status).toMatchObject({
      state: 'down',
      mds: [{ address: emulator.mdsAddresses[0], state: 'silent' }],
      copysets: { total: 0 },
    });
    expect(codes(status)).toEqual(['MDS_FAILED', 'MDS_SILENT']);
    expect(status.space).toBeUndefined();
  });

  test('an MDS that leads and does not tell what there is makes no cluster that is down', async () => {
    const { cluster, emulator } = await started();
    emulator.faults.add({ match: { method: 'GetCopySetsInCluster' }, do: 'truncate' });
    const status = await cluster.status();
    expect(status).toMatchObject({ state: 'degraded', mds: [{ state: 'leads' }], copysets: { total: 0 } });
    expect(codes(status)).toEqual(['MDS_FAILED']);
  });

  test('of several MDSs one leads, and another after it has stopped', async () => {
    const { cluster, emulator } = await started({ mds: 3 });
    const states = async () => (await cluster.status()).mds.map(({ state }) => state);
    expect(await states()).toEqual(['leads', 'silent', 'silent']);
    await emulator.stopMds(0);
    expect(await states()).toEqual(['silent', 'leads', 'silent']);
    expect((await cluster.status()).state).toBe('healthy');
  });

  test('a page that the MDS refuses leaves the space out', async () => {
    const { cluster, emulator } = await started();
    const port = Number(emulator.mdsAddresses[0]?.split(':')[1]);
    emulator.faults.add({ match: { port, method: 'vars', nth: 2 }, do: 'reset' });
    const status = await cluster.status();
    expect(status.state).toBe('degraded');
    expect(codes(status)).toEqual(['SPACE_UNKNOWN']);
  });

  test('etcd and snapshot-clone servers are asked where they are named', async () => {
    const { cluster } = await started();
    const etcd = await pages({
      '/v3/maintenance/status': '{"header":{"member_id":"7"},"leader":"7","version":"3.4.23"}',
    });
    const follower = await pages({
      '/v3/maintenance/status': '{"header":{"member_id":"8"},"leader":"7","version":"3.4.23"}',
    });
    const snapshot = await pages({
      '/vars/snapshotcloneserver_status;curve_version': 'snapshotcloneserver_status : "active"\r\n',
    });
    const status = await cluster.status({ etcd: [etcd, follower], snapshotClone: [snapshot] });
    expect(status).toMatchObject({
      state: 'healthy',
      etcd: [
        { address: etcd, state: 'leads', version: '3.4.23' },
        { address: follower, state: 'standsBy' },
      ],
      snapshotClone: [{ address: snapshot, state: 'leads' }],
    });
    const dead = '127.0.0.1:9';
    const without = await cluster.status({ etcd: [follower, dead], snapshotClone: [dead] });
    expect(codes(without)).toEqual([
      ...['ETCD_OFFLINE', 'ETCD_WITHOUT_LEADER'],
      'SNAPSHOT_CLONE_WITHOUT_ACTIVE',
    ]);
    expect(without.state).toBe('degraded');
  });

  test.each([
    ['{"header":{}}', 'ETCD_OFFLINE'],
    ['{"header":{"member_id":7},"leader":7}', 'ETCD_OFFLINE'],
    ['null', 'ETCD_OFFLINE'],
    ['<html>hello</html>', 'ETCD_OFFLINE'],
    ['{"header":{"member_id":"7"}}', 'ETCD_WITHOUT_LEADER'],
  ])('what etcd does not say so does not lead: %s', async (text, code) => {
    const { cluster } = await started();
    const etcd = await pages({ '/v3/maintenance/status': text });
    expect(codes(await cluster.status({ etcd: [etcd] }))[0]).toBe(code);
  });

  test('one that leads is enough, and more are too many', async () => {
    const { cluster, emulator } = await started();
    const member = (id: number) =>
      pages({ '/v3/maintenance/status': `{"header":{"member_id":"${id}"},"leader":"${id}"}` });
    const active = () =>
      pages({
        '/vars/snapshotcloneserver_status;curve_version': 'snapshotcloneserver_status : "active"\r\n',
      });
    const standby = await pages({
      '/vars/snapshotcloneserver_status;curve_version': 'snapshotcloneserver_status : "standby"\r\n',
    });
    const [first, second] = [await active(), await active()];
    // One that stands by does not serve its port.
    const usual = await cluster.status({ snapshotClone: [first, '127.0.0.1:9'] });
    expect(usual).toMatchObject({
      state: 'healthy',
      snapshotClone: [{ state: 'leads' }, { state: 'silent' }],
    });
    const port = (address: string) => Number(address.split(':')[1]);
    const asked = await cluster.status({
      snapshotClone: [first, '127.0.0.1:8', '127.0.0.1:9'],
      snapshotCloneDummyPorts: [port(first), port(standby), 9],
    });
    expect(asked.snapshotClone).toMatchObject([
      { state: 'leads' },
      { state: 'standsBy' },
      { state: 'offline' },
    ]);
    expect(codes(asked)).toEqual(['SNAPSHOT_CLONE_OFFLINE']);
    const etcd = [await member(1), await member(2)];
    const several = await cluster.status({ etcd, snapshotClone: [first, second] });
    expect(several.state).toBe('degraded');
    expect(codes(several)).toEqual(['ETCD_SEVERAL_LEADERS', 'SNAPSHOT_CLONE_SEVERAL_ACTIVE']);
    expect(several.reasons[0]?.says).toContain(etcd.join(', '));
    expect(emulator.mdsAddresses).toHaveLength(1);
  });

  test('a page that is none of a Curve server is no member that stands by', async () => {
    const { cluster } = await started();
    const html = await pages({
      '/vars/snapshotcloneserver_status;curve_version': '<html>hello</html>',
      '/vars/mds_status;curve_version': '<html>hello</html>',
    });
    const port = Number(html.split(':')[1]);
    const status = await cluster.status({ snapshotClone: [html], mdsDummyPorts: port });
    expect(codes(status)).toEqual([
      ...['MDS_SILENT', 'MDS_OFFLINE', 'SNAPSHOT_CLONE_OFFLINE', 'SNAPSHOT_CLONE_WITHOUT_ACTIVE'],
    ]);
    expect(status.reasons[1]?.says).toContain('its mds_status is not there');
  });

  test('a page without an end is given up', async () => {
    const { cluster } = await started();
    const etcd = await serving((_, response) => {
      const much = Buffer.alloc(2 ** 20, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(much));
      };
      response.on('drain', more);
      more();
    });
    const { reasons } = await cluster.status({ etcd: [etcd], patience: 10_000 });
    expect(reasons[0]?.says).toContain('more than 67108864 bytes');
  });

  test('more patience than a timer can wait for is patience', async () => {
    const { cluster } = await started();
    for (const patience of [2 ** 28, 2 ** 40, Number.POSITIVE_INFINITY]) {
      expect((await cluster.status({ patience })).state).toBe('healthy');
    }
  });

  test('dummy ports tell an MDS that stands by from one that does not run', async () => {
    const { cluster } = await started({ mds: 3 });
    const dummy = await pages({
      '/vars/mds_status;curve_version': 'mds_status : "leader"\r\ncurve_version : "1.2.7"\r\n',
    });
    const standby = await pages({ '/vars/mds_status;curve_version': 'mds_status : "follower"\r\n' });
    const [first, second] = [dummy, standby].map(address => Number(address.split(':')[1]));
    const status = await cluster.status({ mdsDummyPorts: [first ?? 0, second ?? 0, 9] });
    expect(status.mds).toMatchObject([
      { state: 'leads', version: '1.2.7' },
      { state: 'standsBy' },
      { state: 'offline' },
    ]);
    expect(codes(status)).toEqual(['MDS_OFFLINE']);
  });

  test('a deadline leaves time for what does not answer, and a signal ends it', async () => {
    const { cluster, emulator } = await started();
    emulator.faults.add({ match: { role: 'chunkserver', method: 'raft_stat' }, do: 'hang' });
    const mute = await serving(() => {});
    const members = { etcd: [mute], snapshotClone: [mute], mdsDummyPorts: Number(mute.split(':')[1]) };
    expect(codes(await cluster.status({ deadline: 1500, ...members }))).toEqual([
      ...[
        'MDS_SILENT',
        'MDS_OFFLINE',
        'ETCD_OFFLINE',
        'ETCD_WITHOUT_LEADER',
        'SNAPSHOT_CLONE_WITHOUT_ACTIVE',
      ],
      ...['CHUNKSERVER_SILENT', 'CHUNKSERVER_SILENT', 'CHUNKSERVER_SILENT', 'COPYSETS_UNHEALTHY'],
    ]);
    const controller = new AbortController();
    const aborted = cluster.status({ signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(aborted).rejects.toMatchObject({ code: 'CANCELED', operation: 'cluster.status' });
  });

  test('to close the client in haste ends it', async () => {
    const { cluster, curve } = await started();
    let arrived = () => {};
    const isAsked = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const mute = await serving(() => arrived());
    const asked = cluster.status({ etcd: [mute], patience: 3_600_000 });
    asked.catch(() => {});
    await isAsked;
    await curve.close({ deadline: 50 });
    await expect(asked).rejects.toMatchObject({ code: 'CLOSED', operation: 'cluster.status' });
  });

  test('replicas that contradict each other are asked again, as leaders change meanwhile', async () => {
    const { survey } = await import('../src/cluster/survey.js');
    const { Course } = await import('../src/call-options.js');
    const asked = [0, 0, 0];
    const addresses: string[] = [];
    // At first each follows another, since it was asked at another time; later the first leads, if anybody does.
    const replica = (index: number, later: boolean) => {
      const head = `[${2n ** 32n + 1n}]\r\nterm: 2\r\npeers: ${addresses.map(one => `${one}:0`).join(' ')}\r\n`;
      const [leader, ...followers] = addresses;
      if (!later) return `${head}state: FOLLOWER\r\nleader: ${addresses[(index + 1) % 3]}:0\r\n`;
      if (index > 0) return `${head}state: FOLLOWER\r\nleader: ${leader}:0\r\n`;
      const replicators = followers.map(
        one => `replicator_1@${one}:0: next_index=6  flying_append_entries_size=0 idle\r\n`,
      );
      return `${head}state: LEADER\r\nlast_log_id: (index=5,term=2)\n${replicators.join('')}`;
    };
    let settles = true;
    for (const index of asked.keys()) {
      addresses[index] = await serving((_, response) => {
        const again = (asked[index] ?? 0) > 0;
        asked[index] = (asked[index] ?? 0) + 1;
        response.end(replica(index, again && settles));
      });
    }
    const known = {
      pools: [],
      copysets: [{ poolId: 1, copysetId: 1, consistent: true }],
      chunkservers: addresses.map((address, id) => ({
        ...{ id, address, peer: address, state: 'online' as const, use: 'readWrite' as const, version: '' },
        disk: { type: '', healthy: true, capacity: 0, used: 0, path: '' },
      })),
    };
    const look = async () => [
      ...(await survey(new Course({}, 'test'), known, { patience: 3000 })).copysets(),
    ];
    expect(await look()).toMatchObject([{ healthy: true, leader: addresses[0] }]);
    expect(asked).toEqual([2, 2, 2]);
    asked.fill(0);
    settles = false;
    expect(await look()).toMatchObject([{ healthy: false, problems: ['noLeader'] }]);
  });
});

describe('what a chunkserver says of its copysets', () => {
  const block = (id: number, lines: string) =>
    `[${2n ** 32n + BigInt(id)}]\r\npeer_id: 10.0.0.1:1:0\r\nstate: LEADER\r\nterm: 2\r\npeers: PEERS\r\nlast_log_id: (index=5000,term=2)\n${lines}\r\n\r\n`;
  const replicator = (next: number, rest = 'idle') =>
    `replicator_1@10.0.0.2:1:0: next_index=${next}  flying_append_entries_size=0 ${rest} hc=1 ac=1 ic=0`;
  const cases = [
    ['a follower that is behind', replicator(3000), ['lagging']],
    ['a follower that is just behind enough', replicator(4001), []],
    [
      'a follower that gets a snapshot',
      replicator(5001, 'installing snapshot {5, 7}'),
      ['installingSnapshot'],
    ],
  ] as const;
  test.each(cases)('%s', async (_, lines, problems) => {
    const { RaftStatReader } = await import('../src/cluster/raft-stat.js');
    const { HeardCopyset } = await import('../src/cluster/copyset-health.js');
    const heard = new HeardCopyset();
    const reader = new RaftStatReader(replica => heard.add(replica, '10.0.0.1:1'));
    const text = block(1, lines).replace('PEERS', '10.0.0.1:1:0');
    // In pieces of any size.
    for (const character of text) reader.push(character);
    reader.end();
    expect(heard.problems(1)).toEqual(problems);
    expect(heard.problems(2)).toEqual(['tooFewReplicas', ...problems]);
    expect(heard.leader).toBe('10.0.0.1:1');
  });

  const leader =
    '[1]\r\nstate: LEADER\r\nterm: 2\r\npeers: 10.0.0.1:1:0 10.0.0.2:1:0\r\nlast_log_id: (index=5,term=2)\n';
  const whole = `${leader}replicator_1@10.0.0.2:1:0: next_index=6  flying_append_entries_size=0 idle\r\n`;
  test.each([
    ...['nonsense\r\n', '[x]\r\n', '[4294967297]\r\npeer_id: a\r\n\r\n[4294967298]\r\n'],
    ...[leader, whole.replace('term: 2\r\n', ''), whole.replace('term: 2\r\n', 'term: x\r\n')],
    whole.replace(/last_log_id.*\n/, ''),
    '[1]\r\nstate: FOLLOWER\r\npeers: 10.0.0.1:1:0\r\nleader: 10.0.0.1:1:0\r\n',
    `[1]\r\n${'x'.repeat(70_000)}`,
  ])('text that is something else is refused: %j', async text => {
    const { RaftStatReader } = await import('../src/cluster/raft-stat.js');
    const reader = new RaftStatReader(() => {});
    expect(() => {
      reader.push(text);
      reader.end();
    }).toThrow();
  });
});

test('what is kept of a page does not keep the page', async () => {
  const { Addresses, RaftStatReader } = await import('../src/cluster/raft-stat.js');
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const [pages, length] = [128, 2 ** 18];
  const kept: unknown[] = [];
  const addresses = new Addresses();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let page = 0; page < pages; page++) {
    const peers = [1, 2, 3].map(peer => `10.10.10.${peer}:${10_000 + page}`);
    const head = `[${page}]\r\nstate: FOLLOWER\r\nterm: 2\r\npeers: ${peers.join(':0 ')}:0\r\nleader: ${peers[0]}:0\r\n`;
    const line = 'snapshot_status: idle or whatever it may be\r\n';
    const text = Buffer.from(head + line.repeat(length / line.length)).toString('latin1');
    const reader = new RaftStatReader(replica => kept.push(replica), addresses);
    reader.push(text);
    reader.end();
  }
  collect();
  expect(kept).toHaveLength(pages);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((pages * length) / 4);
});

describe('a copyset of three replicas', () => {
  const peers = ['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1'];
  const [first = '', second = '', third = ''] = peers;
  const cases: [string, [state: string, leader?: string][], string[], string | undefined][] = [
    ['is led', [['LEADER'], ['FOLLOWER', first], ['FOLLOWER', first]], [], first],
    ['has two that lead', [['LEADER'], ['LEADER'], ['FOLLOWER', first]], [], first],
    ['has one that failed', [['LEADER'], ['FOLLOWER', first], ['ERROR']], ['badState'], first],
    ['has one that was shut down', [['LEADER'], ['FOLLOWER', first], ['SHUTDOWN']], ['badState'], first],
    ['has one that wants to lead', [['LEADER'], ['FOLLOWER', first], ['CANDIDATE']], [], first],
    ['has just changed its leader', [['TRANSFERRING'], ['LEADER'], ['FOLLOWER', second]], [], second],
    [
      'follows one that hands over',
      [['TRANSFERRING'], ['FOLLOWER', first], ['FOLLOWER', first]],
      ['noLeader'],
      undefined,
    ],
    [
      'follows one that failed',
      [['ERROR'], ['FOLLOWER', first], ['FOLLOWER', first]],
      ['noLeader', 'badState'],
      undefined,
    ],
    ['failed', [['ERROR'], ['ERROR'], ['ERROR']], ['noLeader', 'badState'], undefined],
    [
      'goes round in a circle',
      [
        ['FOLLOWER', second],
        ['FOLLOWER', third],
        ['FOLLOWER', first],
      ],
      ['noLeader'],
      undefined,
    ],
    [
      'follows one that is no peer',
      [
        ['FOLLOWER', '10.0.0.9:1'],
        ['FOLLOWER', '10.0.0.9:1'],
        ['FOLLOWER', '10.0.0.9:1'],
      ],
      ['noLeader'],
      undefined,
    ],
    ['votes', [['CANDIDATE'], ['FOLLOWER'], ['FOLLOWER']], ['noLeader'], undefined],
  ];
  test.each(cases)('%s', async (_, replicas, problems, leader) => {
    const { HeardCopyset } = await import('../src/cluster/copyset-health.js');
    const heard = new HeardCopyset();
    for (const [index, [state, follows]] of replicas.entries()) {
      const rest = { poolId: 1, copysetId: 1, term: 3, peers, lag: 0, installing: false };
      heard.add({ ...rest, state, leader: follows }, peers[index] ?? '');
    }
    expect(heard.problems(3)).toEqual(problems);
    expect(heard.leader).toBe(leader);
  });

  test('does not suffer from who is no member of it yet, or any more', async () => {
    const { HeardCopyset } = await import('../src/cluster/copyset-health.js');
    const heard = new HeardCopyset();
    const rest = { poolId: 1, copysetId: 1, term: 3, peers, lag: 0, installing: false };
    heard.add({ ...rest, state: 'FOLLOWER', peers: [], leader: first }, '10.0.0.4:1');
    heard.add({ ...rest, state: 'SHUTTING', leader: undefined }, '10.0.0.5:1');
    for (const from of [second, third]) heard.add({ ...rest, state: 'FOLLOWER', leader: first }, from);
    expect(heard.problems(3)).toEqual(['minorityOffline']);
    heard.add({ ...rest, state: 'LEADER', leader: undefined }, first);
    expect(heard.problems(3)).toEqual([]);
  });

  test('is led by a third that does not answer, as far as the others know', async () => {
    const { HeardCopyset } = await import('../src/cluster/copyset-health.js');
    const heard = new HeardCopyset();
    const rest = { poolId: 1, copysetId: 1, term: 3, peers, lag: 0, installing: false };
    for (const from of [first, second]) heard.add({ ...rest, state: 'FOLLOWER', leader: third }, from);
    expect(heard.problems(3)).toEqual(['minorityOffline']);
    expect(heard.leader).toBe(third);
  });
});

describe('lists', () => {
  test('pools, zones and servers', async () => {
    const { cluster, emulator } = await started({ chunkservers: 4 });
    expect(await cluster.pools()).toMatchObject([
      {
        ...{ id: 1, name: 'logicalPool1', replicas: 3, copysets: 12, zones: 3, allocates: true, scans: true },
        physicalPool: { id: 1, name: 'pool1' },
        poolset: { id: 1, name: 'default' },
      },
    ]);
    const physicalPool = { id: 1, name: 'pool1' };
    expect(await cluster.zones()).toEqual(
      [1, 2, 3].map(id => ({ id, name: `zone${id}`, description: '', physicalPool })),
    );
    const servers = await all(cluster.servers());
    expect(servers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4]);
    expect(servers[0]).toMatchObject({
      ...{ id: 1, name: 'server1', zone: { id: 1, name: 'zone1' }, physicalPool },
      internalAddress: emulator.chunkserverAddresses[0],
    });
  });

  test('chunkservers with their disks, copysets and space', async () => {
    const { cluster, emulator } = await started({ poolCapacity: 64 * SEGMENT });
    const found = await all(cluster.chunkservers());
    expect(found.map(({ id, address }) => [id, address])).toEqual(
      emulator.chunkserverAddresses.map((address, index) => [index + 1, address]),
    );
    for (const one of found) {
      expect(one).toMatchObject({ state: 'online', use: 'readWrite', copysets: 12, version: 'unknown' });
      expect(one.disk).toMatchObject({ type: 'nvme', healthy: true });
      expect(one.disk.capacity).toBeGreaterThanOrEqual(one.disk.used);
      expect(one.space).toEqual({ total: 64 * SEGMENT, used: 0, left: 64 * SEGMENT });
    }
    expect(found.reduce((sum, { leaders = 0 }) => sum + leaders, 0)).toBe(12);
    await emulator.stopChunkserver(3);
    expect((await all(cluster.chunkservers()))[2]).toMatchObject({ id: 3, state: 'offline' });
  });

  test('what the MDS makes of a chunkserver that stopped changes as time goes by', async () => {
    let now = Date.now();
    const options = { missTimeout: 30_000, offlineTimeout: 1_800_000, clock: () => now };
    const { cluster, emulator } = await started(options);
    await emulator.stopChunkserver(1);
    const state = async () => (await all(cluster.chunkservers()))[0]?.state;
    expect(await state()).toBe('online');
    now += 30_000;
    expect(await state()).toBe('unstable');
    now += 1_770_000;
    expect(await state()).toBe('offline');
  });

  test('copysets, all or those that something is wrong with', async () => {
    const { cluster, emulator } = await started({ chunkservers: 4 });
    const [, , , fourth = ''] = emulator.chunkserverAddresses;
    const healthy = await all(cluster.copysets());
    expect(healthy.map(({ copysetId }) => copysetId)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(healthy.every(({ healthy, peers, leader }) => healthy && peers.includes(leader ?? ''))).toBe(true);
    expect(await all(cluster.copysets({ unhealthy: true }))).toEqual([]);
    await emulator.stopChunkserver(4);
    const hurt = await all(cluster.copysets({ unhealthy: true }));
    expect(hurt.map(({ copysetId }) => copysetId)).toEqual(
      healthy.filter(({ peers }) => peers.includes(fourth)).map(({ copysetId }) => copysetId),
    );
    for (const one of hurt) {
      expect(one).toMatchObject({ healthy: false, problems: ['minorityOffline'] });
      expect(one.leader).not.toBe(fourth);
    }
  });
});

describe('space', () => {
  test('is what was written, discarded and recycled', async () => {
    const { cluster, connect } = await started({ poolCapacity: 64 * SEGMENT });
    const curve = await connect('alice', { 'discard.taskDelayMs': 10 });
    const total = 64 * SEGMENT;
    const empty = await cluster.space();
    expect(empty).toMatchObject({
      physical: { total: REPLICAS * total, used: 0, left: REPLICAS * total },
      logical: { total, used: 0, left: total },
      ...{ recyclable: 0, created: 0 },
    });
    await curve.createVolume('/v', { size: SIZE });
    const volume = await curve.open('/v', {});
    await volume.write(Buffer.alloc(4096), { offset: 0 });
    await volume.write(Buffer.alloc(4096), { offset: SEGMENT });
    const used = { physical: { used: 2 * REPLICAS * CHUNK }, logical: { used: 2 * SEGMENT } };
    const written = await cluster.space();
    expect(written).toMatchObject({
      ...used,
      created: SIZE,
      pools: [{ id: 1, name: 'logicalPool1', ...used }],
    });
    expect(written.logical.left).toBe(total - 2 * SEGMENT);
    await volume.discard({ offset: SEGMENT, length: SEGMENT });
    const less = { physical: { used: REPLICAS * CHUNK }, logical: { used: SEGMENT } };
    await expect.poll(() => cluster.space()).toMatchObject(less);
    await volume.close();
    await curve.remove('/v');
    expect(await cluster.space()).toMatchObject({ recyclable: SEGMENT, ...less });
    const root = await connect('root');
    for await (const entry of root.trash.list()) await root.trash.purge(entry);
    await expect
      .poll(() => cluster.space())
      .toMatchObject({ physical: { used: 0 }, logical: { used: 0 }, created: 0 });
  });

  test('it fails where no MDS answers', async () => {
    const { cluster, emulator } = await started();
    await emulator.stopMds(0);
    await expect(cluster.space({ deadline: 300 })).rejects.toMatchObject({ operation: 'cluster.space' });
  });
});

test('clients and the volumes of copysets', async () => {
  const { cluster, connect, curve } = await started();
  await curve.mkdir('/d');
  await curve.createVolume('/d/v', { size: SIZE });
  const registered = await connect('alice', { 'mds.registerToMDS': true, 'mds.refreshTimesPerLease': 20 });
  const volume = await registered.open('/d/v');
  await volume.write(Buffer.alloc(4096), { offset: 0 });
  await expect.poll(() => cluster.clients()).toMatchObject([{ ip: '127.0.0.1' }]);
  expect((await cluster.clients())[0]?.port).toBe((await curve.mounts('/d/v'))[0]?.port);
  const [segment] = await all(curve.segments('/d/v'));
  const [chunk] = segment?.chunks ?? [];
  const on = { poolId: chunk?.logicalPoolId ?? 0, copysetId: chunk?.copysetId ?? 0 };
  expect(await cluster.volumesOn([on])).toEqual(['v']);
  expect(await cluster.volumesOn([{ ...on, copysetId: 4000 }])).toEqual([]);
});

describe('throttles', () => {
  async function volume(options = {}) {
    const context = await started(options);
    await context.curve.createVolume('/v', { size: SIZE });
    return context;
  }

  test('are set one by one and lifted all together', async () => {
    const { cluster, curve } = await volume();
    const before = (await curve.stat('/v')).throttles;
    expect(before.map(({ kind }) => kind)).toEqual(['iopsTotal', 'bpsTotal']);
    await cluster.setThrottle('/v', {
      iopsRead: 300,
      bpsTotal: { limit: 1000, burst: 3000, burstSeconds: 5 },
    });
    expect((await curve.stat('/v')).throttles).toEqual([
      before[0],
      { kind: 'bpsTotal', limit: 1000, burst: 3000, burstSeconds: 5 },
      { kind: 'iopsRead', limit: 300, burst: 0, burstSeconds: 0 },
    ]);
    await cluster.clearThrottle('/v');
    expect((await curve.stat('/v')).throttles.map(({ limit }) => limit)).toEqual([0, 0, 0]);
  });

  test('are for its owner and root', async () => {
    const { cluster, connect } = await volume();
    const bob = await connect('bob');
    await expect(bob.cluster.setThrottle('/v', { iopsTotal: 1 })).rejects.toMatchObject({
      code: 'AUTHFAIL',
      status: 'kOwnerAuthFail',
    });
    const root = await connect('root');
    await root.cluster.setThrottle('/v', { iopsTotal: 5000 });
    await expect(cluster.setThrottle('/none', { iopsTotal: 1 })).rejects.toMatchObject({ code: 'NOTEXIST' });
    await expect(cluster.clearThrottle('/none')).rejects.toMatchObject({ code: 'NOTEXIST' });
  });

  test.each([
    [{}, 'at least one limit'],
    [{ iops: 1 }, 'iopsTotal'],
    [{ iopsTotal: -1 }, 'iopsTotal must be a whole number'],
    [{ iopsTotal: 1.5 }, 'iopsTotal must be a whole number'],
    [{ iopsTotal: { limit: 10, burst: 10, burstSeconds: 1 } }, 'burst must be a whole number of at least 11'],
    [{ iopsTotal: { limit: 10, burst: 20 } }, 'burstSeconds'],
    [{ iopsTotal: { limit: 0, burst: 20, burstSeconds: 1 } }, 'limit'],
    [null, 'an object'],
  ])('%j is refused before anything is sent', async (limits, message) => {
    const { cluster, emulator } = await volume();
    const before = emulator.requests.length;
    const refused = cluster.setThrottle('/v', limits as never);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(refused).rejects.toThrow(message);
    expect(emulator.requests.length).toBe(before);
  });
});

describe('answers that are none', () => {
  const calls: [string, string, (cluster: Cluster) => Promise<unknown>][] = [
    ['ListPhysicalPool', 'topology status -1', cluster => cluster.pools()],
    ['ListClient', 'kStorageError', cluster => cluster.clients()],
    ['GetChunkServerInCluster', 'topology status -1', cluster => all(cluster.chunkservers())],
    ['GetCopySetsInCluster', 'topology status -1', cluster => all(cluster.copysets())],
    ['ListZoneServer', 'topology status -1', cluster => all(cluster.servers())],
  ];
  test.each(calls)('a status of %s is told by its name', async (method, status, call) => {
    const { cluster, emulator } = await started();
    const number = status === 'kStorageError' ? '501' : '-1';
    emulator.faults.add({ match: { method }, do: `status ${number}` });
    await expect(call(cluster)).rejects.toMatchObject({ status });
  });

  test('an answer without what was asked for is an error', async () => {
    const { cluster, emulator } = await started();
    // Its status is a success, and nothing else is in it.
    emulator.faults.add({ match: { method: 'GetAllocatedSize' }, do: 'status 0' });
    await expect(cluster.space()).rejects.toMatchObject({ code: 'FAILED', status: 'ERESPONSE' });
  });

  test('a pool whose policy does not tell the replicas is none with none, and a reason', async () => {
    const { emulator } = await started();
    const tap = await Tap.start(emulator.mdsAddresses[0] ?? '', (_, answer) => ({
      ...answer,
      body: Buffer.from(answer.body.toString('latin1').replace('replicaNum', 'replicaXXX'), 'latin1'),
    }));
    onTestFinished(() => tap.cut());
    await using curve = await CurveClient.connect({ 'mds.listen.addr': tap.address }, { user: 'alice' });
    await expect(curve.cluster.pools()).rejects.toMatchObject({ code: 'FAILED', operation: 'cluster.pools' });
    await expect(curve.cluster.pools()).rejects.toThrow('logicalPool1 does not tell its replicaNum');
    const mdsDummyPorts = Number(emulator.mdsAddresses[0]?.split(':')[1]);
    const { state, reasons, copysets: counted } = await curve.cluster.status({ mdsDummyPorts });
    expect(state).toBe('degraded');
    expect(counted).toMatchObject({ total: 12, unhealthy: 0 });
    expect(reasons).toContainEqual({
      code: 'POOL_POLICY_UNREADABLE',
      says: expect.stringContaining('logicalPool1 does not tell its replicaNum'),
    });
    const copysets = await all(curve.cluster.copysets());
    expect(copysets.filter(({ healthy }) => healthy).length).toBe(12);
  });

  test('wrong options are refused', async () => {
    const { cluster } = await started();
    const invalid = { code: 'INVALID_ARGUMENT' };
    await expect(cluster.status({ patience: 0 })).rejects.toMatchObject(invalid);
    await expect(cluster.status({ etcd: ['nowhere'] })).rejects.toMatchObject(invalid);
    await expect(cluster.status({ mdsDummyPorts: 0 })).rejects.toMatchObject(invalid);
    await expect(all(cluster.copysets({ unhealthy: 1 as never }))).rejects.toMatchObject(invalid);
    await expect(cluster.volumesOn(5 as never)).rejects.toMatchObject(invalid);
    await expect(cluster.volumesOn([{ poolId: -1, copysetId: 1 }])).rejects.toMatchObject(invalid);
  });

  const wrong: [string, (cluster: Cluster) => Promise<unknown>][] = [
    ['etcd that is no list', cluster => cluster.status({ etcd: 5 as never })],
    ['etcd that is one address', cluster => cluster.status({ etcd: '10.0.0.1:2379' as never })],
    ['snapshot-clone servers that are no list', cluster => cluster.status({ snapshotClone: {} as never })],
    ['ports that are none', cluster => cluster.status({ snapshotCloneDummyPorts: ['x'] as never })],
    ['a status that is given null', cluster => cluster.status(null as never)],
    ['a status that is given a number', cluster => cluster.status(5 as never)],
    ['a deadline that is a bigint', cluster => cluster.status({ deadline: 5n as never })],
    ['a deadline that is a symbol', cluster => cluster.space({ deadline: Symbol('x') as never })],
    ['pools that are given null', cluster => cluster.pools(null as never)],
    ['copysets that are given null', cluster => all(cluster.copysets(null as never))],
    ['a copyset that is null', cluster => cluster.volumesOn([null as never])],
    ['a copyset that is a number', cluster => cluster.volumesOn([5 as never])],
  ];
  test.each(wrong)('%s is refused before anybody is asked', async (_, call) => {
    const { cluster, emulator } = await started();
    const before = emulator.requests.length;
    await expect(call(cluster)).rejects.toMatchObject({ name: 'CurveError', code: 'INVALID_ARGUMENT' });
    expect(emulator.requests.length).toBe(before);
  });
});

test('a lazy client can be had of a cluster that does not answer, and another cannot', async () => {
  const { emulator } = await started();
  await emulator.stopMds(0);
  const config = { 'mds.listen.addr': emulator.mdsAddresses.join(','), 'mds.maxRetryMS': 100 };
  await expect(CurveClient.connect(config, { user: 'alice' })).rejects.toMatchObject({ code: 'FAILED' });
  await using curve = await CurveClient.connect(config, { user: 'alice', lazy: true });
  expect((await curve.cluster.status()).state).toBe('down');
  const wrong = { user: 'alice', lazy: 1 as never };
  await expect(CurveClient.connect(config, wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('a client that was closed is told so', async () => {
  const { connect } = await started();
  const curve = await connect('bob');
  await curve.close();
  await expect(curve.cluster.status()).rejects.toMatchObject({ code: 'CLOSED' });
  expect(CurveClient).toBeDefined();
});

/** A server of these pages. */
function pages(texts: Record<string, string>): Promise<string> {
  return serving((request, response) => {
    const text = texts[request.url ?? ''];
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
}

/** A server that answers so. */
async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
