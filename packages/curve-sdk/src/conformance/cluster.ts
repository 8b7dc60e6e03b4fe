import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type NativeClient } from '@curve-wcs/curve-native';
import { CBDClient } from '../cbd/cbd-client.js';
import { FileInfo_t, UserInfo_t } from '../cbd/types.js';
import { type ConfigKeys, keysOf } from './client-conf.js';
import type { ConformanceClient, ConformanceOptions, FaultDriver } from './options.js';
import { type Rewrite, Tap } from './tap.js';

/** Bytes of a segment, the unit of volume sizes. */
export const G = 2 ** 30;
/** Bytes of a chunk. */
export const CHUNK = 16 * 2 ** 20;
/** Bytes of a block. */
export const BLOCK = 4096;
/** The smallest volume. */
export const SIZE = 10 * G;

/** Waits that would only make the suite slow are short; what a case is about, it sets itself. */
const SHORT: ConfigKeys = {
  'mds.maxRetryMS': 1000,
  'mds.rpcRetryIntervalUS': 20_000,
  'mds.refreshTimesPerLease': 20,
  'mds.registerToMDS': false,
  'chunkserver.opRetryIntervalUS': 20_000,
  'metacache.rpcRetryIntervalUS': 20_000,
};

const POLL = 50;
const PATIENCE = 120_000;

/** What a case works with: clients, users, names of its own; all of it is cleaned up after the case. */
export class Cluster {
  readonly u1 = new UserInfo_t('u1');
  readonly u2 = new UserInfo_t('u2');
  readonly root: UserInfo_t;
  /** The cluster's keys, with short waits. */
  readonly keys: ConfigKeys;
  /** Does something while the cluster believes that it is later, where that is possible. */
  readonly later: (milliseconds: number, action: () => Promise<void>) => Promise<void>;
  /** A client that is not initialised. */
  readonly newClient: () => ConformanceClient;
  readonly #faults: FaultDriver | undefined;
  readonly #prefix: string;
  readonly #cleanups: (() => Promise<unknown>)[] = [];

  constructor(options: ConformanceOptions, number: number) {
    const { config, rootPassword = 'root_password', faults } = options;
    this.later = options.later ?? ((_, action) => action());
    this.newClient = () => options.client?.(number) ?? new CBDClient();
    this.keys = { ...keysOf(config()), ...SHORT };
    this.root = new UserInfo_t('root', rootPassword);
    this.#faults = faults?.();
    this.#prefix = `cc${number}-${randomBytes(4).toString('hex')}-`;
  }

  /** The addresses of the MDSs. */
  get addresses(): string {
    return String(this.keys['mds.listen.addr']);
  }

  /** The address of one MDS that answers. */
  async address(): Promise<string> {
    for (const address of this.addresses.split(',')) {
      const client = await this.client({ 'mds.listen.addr': address });
      if ((await client.GetClusterIdAsync()) !== '') return address;
    }
    throw new Error(`no MDS answers at ${this.addresses}`);
  }

  /** How the cluster is made to fail; only cases marked so may ask. */
  get driver(): FaultDriver {
    if (this.#faults === undefined) throw new Error('this case needs a fault driver');
    return this.#faults;
  }

  /** The fault driver, where a case can only look more closely with one. */
  get observer(): FaultDriver | undefined {
    return this.#faults;
  }

  /** Makes calls of a method fail until the case ends, what it returns is called, or `times` are used up. */
  fault(method: string, action: string, times?: number): () => void {
    const match = times === undefined ? { method } : { method, times };
    const remove = this.driver.faults.add({ match, do: action });
    this.#cleanups.push(async () => remove());
    return remove;
  }

  /** An absolute path in the root directory that only this case uses. */
  path(name: string): string {
    return `/${this.#prefix}${name}`;
  }

  /** An initialised client, with some keys changed. */
  async client(changes: ConfigKeys = {}): Promise<ConformanceClient> {
    const client = this.newClient();
    const result = await client.InitAsync({ ...this.keys, ...changes });
    if (result !== 0) throw new Error(`Init gave ${result}`);
    this.#cleanups.push(() => client.UnInitAsync());
    return client;
  }

  /** The native client, for what CBDClient does not tell. */
  native(): NativeClient {
    const client = createClient(this.keys);
    this.#cleanups.push(() => client.uninit());
    return client;
  }

  /** A forwarder in front of an MDS. */
  async tap(rewrite?: Rewrite): Promise<Tap> {
    const tap = await Tap.start(await this.address(), rewrite);
    this.#cleanups.push(() => tap.cut());
    return tap;
  }

  /** A client with a new volume of `u1`, open. */
  async volume(
    name = 'v',
    changes: ConfigKeys = {},
  ): Promise<{ cbd: ConformanceClient; path: string; fd: number }> {
    const cbd = await this.client(changes);
    const path = this.path(name);
    await expectOk(cbd.CreateAsync(path, this.u1, SIZE), `Create ${path}`);
    const fd = await cbd.OpenAsync(path, this.u1);
    if (fd < 0) throw new Error(`Open ${path} gave ${fd}`);
    return { cbd, path, fd };
  }

  /** What StatFile says, which must succeed. */
  async stat(cbd: ConformanceClient, path: string, user = this.u1): Promise<FileInfo_t> {
    const info = new FileInfo_t();
    await expectOk(cbd.StatFileAsync(path, user, info), `StatFile ${path}`);
    return info;
  }

  /** The entries of the recycle bin that come from this case's volume of that name. */
  async recycled(cbd: ConformanceClient, name: string): Promise<string[]> {
    const names = await cbd.ListdirAsync('/RecycleBin', this.root);
    return names.filter(entry => entry.startsWith(`${this.#prefix}${name}-`));
  }

  /** Ends the clients and removes what the case left behind, for good. */
  async cleanUp(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
    const cbd = new CBDClient();
    await expectOk(cbd.InitAsync(this.keys), 'Init');
    await this.#remove(cbd, '/');
    const bin = cbd.OpenDir('/RecycleBin', this.root);
    await cbd.ListdirAsync(bin);
    for (const { filename } of bin.fileInfo) {
      if (filename.startsWith(this.#prefix)) await cbd.DeleteForceAsync(`/RecycleBin/${filename}`, this.root);
    }
    await cbd.UnInitAsync();
  }

  async #remove(cbd: CBDClient, directory: string): Promise<void> {
    const dir = cbd.OpenDir(directory, this.root);
    await cbd.ListdirAsync(dir);
    for (const { filename, filetype } of dir.fileInfo) {
      if (directory === '/' && !filename.startsWith(this.#prefix)) continue;
      const path = directory === '/' ? `/${filename}` : `${directory}/${filename}`;
      if (filetype === 0) await this.#remove(cbd, path);
      await cbd.UnlinkAsync(path, this.root);
    }
  }
}

async function expectOk(call: Promise<number>, what: string): Promise<void> {
  const result = await call;
  if (result !== 0) throw new Error(`${what} gave ${result}`);
}

/** Waits until a condition holds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not happen');
    await delay(POLL);
  }
}
