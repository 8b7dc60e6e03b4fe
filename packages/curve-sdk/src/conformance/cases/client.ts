import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CBDClient } from '../../cbd/cbd-client.js';
import { errorName } from '../../cbd/error-codes.js';
import { LibCBD } from '../../cbd/lib-cbd.js';
import { FileInfo_t } from '../../cbd/types.js';
import type { Case } from '../case.js';
import { confText, requiredKeys } from '../client-conf.js';
import { BLOCK, type Cluster, SIZE } from '../cluster.js';
import type { ConformanceClient } from '../options.js';
import { deadAddress, withUnknownFields } from '../tap.js';

/** Init, clients that are not initialised, and what concerns the cluster as a whole. */
export const clientCases: Case[] = [
  {
    number: 1,
    title: 'Init with a missing file gives -2',
    run: async cluster => equal(await cluster.newClient().InitAsync('/nonexistent/client.conf'), -2),
  },
  {
    number: 2,
    title: 'Init without a required key gives -2',
    run: async ({ keys, newClient }) =>
      withConfFile(async (path, write) => {
        for (const key of requiredKeys()) {
          write(confText(keys, key));
          equal(await newClient().InitAsync(path), -2, key);
        }
        write(confText(keys));
        const complete = newClient();
        equal(await complete.InitAsync(path), 0);
        await complete.UnInitAsync();
      }),
  },
  {
    number: 3,
    title: 'Init with a malformed list of MDSs gives -2',
    async run({ keys, newClient }) {
      for (const address of ['localhost:6666', '1.2.3.4:0', '127.0.0.1:6666, 127.0.0.1:6667'])
        equal(await newClient().InitAsync({ ...keys, 'mds.listen.addr': address }), -2, address);
    },
  },
  {
    number: 4,
    title: 'Init with an MDS that is dead gives 0, Create then -2',
    async run(cluster) {
      const cbd = await cluster.client({ 'mds.listen.addr': await deadAddress() });
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), -2);
    },
  },
  {
    number: 5,
    title: 'a second Init gives 0 and changes nothing',
    async run(cluster) {
      const cbd = await cluster.client();
      equal(await cbd.InitAsync({ ...cluster.keys, 'mds.listen.addr': await deadAddress() }), 0);
      notEqual(await cbd.GetClusterIdAsync(), '');
    },
  },
  {
    number: 6,
    title: 'calls before Init and after UnInit give -2',
    async run(cluster) {
      const cbd = cluster.newClient();
      await expectNothingWorks(cbd, cluster);
      equal(await cbd.InitAsync(cluster.keys), 0);
      await cbd.UnInitAsync();
      await expectNothingWorks(cbd, cluster);
    },
  },
  {
    number: 7,
    title: 'Write and Read before Init give -23',
    async run(cluster) {
      const cbd = cluster.newClient();
      equal(await cbd.WriteAsync(0, Buffer.alloc(BLOCK), 0, BLOCK), -23);
      equal(await cbd.ReadAsync(0, null, 0, BLOCK), -23);
      equal(await cbd.WriteAsync(0, Buffer.alloc(0), 0, 0), 0);
      equal(await cbd.CloseAsync(0), -2);
      equal(await cbd.GetClusterIdAsync(), '');
      deepEqual(await cbd.ListPoolsetAsync(), []);
    },
  },
  {
    number: 44,
    title: 'of two MDSs the first refuses connections: the second is asked, and from then on asked first',
    async run(cluster) {
      const dead = await deadAddress();
      const live = await cluster.tap();
      const cbd = await cluster.client({ 'mds.listen.addr': `${dead},${live.address}` });
      notEqual(await cbd.GetClusterIdAsync(), '');
      equal(live.count('GetClusterInfo'), 1);
      notEqual(await cbd.GetClusterIdAsync(), '');
      equal(live.count('GetClusterInfo'), 2);
    },
  },
  {
    number: 76,
    title: 'GetClusterId needs a buffer of the length of the id and one more',
    async run(cluster) {
      const cbd = await cluster.client();
      const id = await cbd.GetClusterIdAsync();
      const buffer = Buffer.alloc(id.length + 1, 0xff);
      equal(await cbd.GetClusterIdAsync(buffer), 0);
      equal(buffer.toString(), `${id}\0`);
      equal(await cbd.GetClusterIdAsync(Buffer.alloc(id.length)), -2);
    },
  },
  {
    number: 81,
    title: 'clients with different MDSs in one process each have their own cluster and descriptors',
    async run(cluster) {
      const one = await cluster.volume('one');
      const tap = await cluster.tap();
      const two = await cluster.volume('two', { 'mds.listen.addr': tap.address });
      deepEqual([one.fd, two.fd], [0, 0]);
      const nowhere = await cluster.client({ 'mds.listen.addr': await deadAddress() });
      equal(await nowhere.OpenAsync(one.path, cluster.u1), -2);
      equal(await one.cbd.WriteAsync(0, Buffer.alloc(BLOCK, 1), 0, BLOCK), BLOCK);
      const bytes = await two.cbd.ReadAsync(0, null, 0, BLOCK);
      deepEqual(bytes, Buffer.alloc(BLOCK), 'the other volume has nothing of it');
    },
  },
  {
    number: 83,
    title: 'unknown fields in replies are ignored',
    async run(cluster) {
      const tap = await cluster.tap(withUnknownFields);
      const { cbd, path, fd } = await cluster.volume('v', { 'mds.listen.addr': tap.address });
      equal((await cluster.stat(cbd, path)).length, SIZE);
      equal(await cbd.WriteAsync(fd, Buffer.alloc(BLOCK, 1), 0, BLOCK), BLOCK);
      equal(await cbd.ExtendAsync(path, cluster.u1, SIZE), 0);
      notEqual(await cbd.GetClusterIdAsync(), '');
      equal(await cbd.CloseAsync(fd), 0);
      equal(await cbd.UnlinkAsync(path, cluster.u1), 0);
    },
  },
  {
    number: 85,
    title: 'error names',
    run: async () =>
      deepEqual([6, 100, -6, 0, 32].map(errorName), [
        'NOTEXIST',
        'Unknown[100]',
        'NOTEXIST',
        'OK',
        'Unknown[32]',
      ]),
  },
  {
    number: 86,
    title: 'the libcbd calls sync and close give 0 for every descriptor',
    async run(cluster) {
      const cbd = new CBDClient();
      equal(await cbd.InitAsync(cluster.keys), 0);
      equal(await cbd.CreateAsync(cluster.path('v'), cluster.u1, SIZE), 0);
      const fd = await cbd.OpenAsync(cluster.path('v'), cluster.u1);
      const lib = new LibCBD(cbd);
      for (const any of [fd, 999, -1]) equal(lib.cbd_libcurve_sync(any), 0);
      for (const bad of [999, -1]) equal(lib.cbd_libcurve_close(bad), 0);
      await cbd.UnInitAsync();
    },
  },
];

/** Gives a path to write configurations to, and removes it. */
async function withConfFile(
  use: (path: string, write: (text: string) => void) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'curve-conformance-'));
  const path = join(folder, 'client.conf');
  try {
    await use(path, text => writeFileSync(path, text));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function expectNothingWorks(cbd: ConformanceClient, cluster: Cluster): Promise<void> {
  const { u1 } = cluster;
  const v = cluster.path('v');
  const results = await Promise.all([
    cbd.CreateAsync(v, u1, SIZE),
    cbd.Create2Async({ name: v, user: u1, length: SIZE }),
    cbd.OpenAsync(v, u1),
    cbd.Open4QemuAsync(`${v}_u1_`),
    cbd.CloseAsync(0),
    cbd.StatFileAsync(v, u1, new FileInfo_t()),
    cbd.StatFile4QemuAsync(`${v}_u1_`, new FileInfo_t()),
    cbd.ExtendAsync(v, u1, SIZE),
    cbd.Extend4QemuAsync(`${v}_u1_`, SIZE),
    cbd.RenameAsync(u1, v, cluster.path('w')),
    cbd.UnlinkAsync(v, u1),
    cbd.DeleteForceAsync(v, u1),
    cbd.RecoverAsync(v, u1, 0),
    cbd.MkdirAsync(v, u1),
    cbd.RmdirAsync(v, u1),
    cbd.ChangeOwnerAsync(v, 'u2', u1),
    cbd.IncreaseEpochAsync(`${v}_u1_`),
    cbd.GetClusterIdAsync(Buffer.alloc(64)),
    cbd.ListdirAsync(cbd.OpenDir('/', u1)),
  ]);
  deepEqual([...new Set(results)], [-2]);
  cbd.CloseDir(null);
}
