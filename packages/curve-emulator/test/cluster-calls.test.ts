import { expect, test } from 'vitest';
import { CurveFSService } from '../src/proto/nameserver2_pb.js';
import { OnlineState, TopologyService } from '../src/proto/topology_pb.js';
import { compare, exchangesOf } from './support/cluster-replay.js';
import { call } from './support/rpc-client.js';
import { startCluster } from './support/start.js';

test('every call of the tools at a healthy cluster gets an answer of the recorded kind', async () => {
  const { emulator } = await startCluster();
  for (let id = 1; id <= 12; id++) emulator.moveLeader({ copysetId: id, to: 1 });
  let compared = 0;
  for (const exchange of exchangesOf('cluster-healthy'))
    compared += Number(await compare(emulator, exchange));
  expect(compared).toBeGreaterThan(80);
});

/** As the recorded cluster was set, and with its time. */
async function startRecorded() {
  let now = Date.now();
  const timeouts = { missTimeout: 10_000, offlineTimeout: 60_000 };
  const cluster = await startCluster({ ...timeouts, clock: () => now });
  const began = now;
  const at = (seconds: number) => {
    now = began + seconds * 1000;
  };
  for (let id = 1; id <= 12; id++) cluster.emulator.moveLeader({ copysetId: id, to: 1 });
  return { ...cluster, at };
}

test('with one and then two chunkservers stopped it answers as recorded, as time goes by', async () => {
  const { emulator, at } = await startRecorded();
  // Between the recordings the second went on.
  for (const [name, stopped, offset] of [
    ['cluster-one-chunkserver-stopped', 2, 0],
    ['cluster-two-chunkservers-stopped', 3, 100],
  ] as const) {
    let compared = 0;
    for (const exchange of exchangesOf(name)) {
      at(offset + (exchange.at_s ?? 0));
      if (/^chunkserver at/.test(exchange.event ?? '')) await emulator.stopChunkserver(stopped);
      compared += Number(await compare(emulator, exchange));
    }
    expect(compared, name).toBeGreaterThan(10);
  }
});

test('the clients of volumes are told as recorded', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/mnt');
  await u1.open('/mnt');
  await u1.refresh('/mnt', 19_200);
  let compared = 0;
  for (const exchange of exchangesOf('cluster-clients')) {
    if (exchange.note?.startsWith('just after')) await u1.close('/mnt', 19_200);
    compared += Number(await compare(emulator, exchange));
  }
  expect(compared).toBeGreaterThan(1);
});

test('a stopped chunkserver goes offline, and comes back', async () => {
  const { emulator, u1 } = await startCluster();
  const states = async () => {
    const { chunkServerInfos } = await call(u1.mds, TopologyService.method.getChunkServerInCluster, {});
    return chunkServerInfos.map(({ onlineState }) => onlineState);
  };
  const { ONLINE, OFFLINE } = OnlineState;
  expect(await states()).toEqual([ONLINE, ONLINE, ONLINE]);
  await emulator.stopChunkserver(2);
  expect(await states()).toEqual([ONLINE, OFFLINE, ONLINE]);
  await emulator.startChunkserver(2);
  expect(await states()).toEqual([ONLINE, ONLINE, ONLINE]);
});

test('volumes are found by their copysets, without their paths', async () => {
  const { u1 } = await startCluster();
  await u1.mkdir('/d');
  await u1.create('/d/v');
  await u1.create('/w');
  await u1.segment('/d/v', 0, true);
  const on = async (logicalPoolId: number) => {
    const request = { copysets: [{ logicalPoolId, copysetId: 1 }] };
    return (await call(u1.mds, CurveFSService.method.listVolumesOnCopysets, request)).fileNames;
  };
  expect(await on(1)).toEqual(['v']);
  expect(await on(9)).toEqual([]);
});
