import { fc, it } from '@fast-check/vitest';
import { expect } from 'vitest';
import { CurveClient, type CurveError } from '../src/index.js';
import { pattern } from '../src/script/pattern.js';
import { BLOCK, CHUNK, SEGMENT } from './support/connect.js';
import { KillableCluster } from './support/killable-cluster.js';

const SIZE = 2 * SEGMENT;
const quick = { interval: 10 };

/** What a volume must read as. */
interface ModelVolume {
  bytes: Buffer;
  /** Of a lazy clone or recovery: its task, and what it reads from. */
  lazy?: { task: string; source: string };
}

/** What a snapshot holds. */
interface ModelSnapshot {
  id: string;
  volume: string;
  bytes: Buffer;
  /** Whether it has been waited for. */
  done: boolean;
}

const withLaziness = [
  ...(['snapshot', 'snapshot', 'snapshot', 'clone', 'clone', 'cloneVolume', 'flatten', 'flatten'] as const),
  ...(['remove', 'delete', 'read', 'recover', 'recover', 'recover'] as const),
] as const;

/** Something that is done, to the volume or snapshot that `at` chooses of those that there are. */
type Deed =
  | { do: 'write'; at: number; offset: number; length: number }
  | {
      do: 'snapshot' | 'clone' | 'cloneVolume' | 'flatten' | 'remove' | 'delete' | 'read';
      at: number;
      lazy: boolean;
    }
  | { do: 'recover'; at: number; lazy: boolean }
  | { do: 'crash' }
  | { do: 'fail over' };

const chooses = fc.nat(99);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      at: chooses,
      offset: fc.nat(SIZE / BLOCK - 1).map(block => block * BLOCK),
      length: fc.integer({ min: 1, max: 40 }).map(blocks => blocks * BLOCK),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom(...withLaziness),
      at: chooses,
      lazy: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Deed>({ do: 'crash' }, { do: 'fail over' }) },
);

/** A cluster and what must be in it. */
class World {
  readonly cluster: KillableCluster;
  readonly curve: CurveClient;
  readonly volumes = new Map<string, ModelVolume>();
  readonly snapshots: ModelSnapshot[] = [];
  readonly done: string[] = [];
  #made = 0;
  #writes = 0;
  #leader = 0;

  constructor(cluster: KillableCluster, curve: CurveClient) {
    this.cluster = cluster;
    this.curve = curve;
  }

  async create(): Promise<void> {
    const path = this.#newPath();
    await this.curve.createVolume(path, { size: SIZE });
    this.volumes.set(path, { bytes: Buffer.alloc(SIZE) });
  }

  async perform(deed: Deed): Promise<void> {
    if (deed.do === 'crash') return this.cluster.crash();
    if (deed.do === 'fail over') return this.#failOver();
    const { at } = deed;
    const snapshot = choose(this.snapshots, at);
    const [path, volume] = choose([...this.volumes], at) ?? [];
    if (deed.do === 'delete') return snapshot && this.#delete(snapshot);
    if (deed.do === 'clone') return snapshot && this.#clone(snapshot, deed.lazy);
    if (path === undefined || volume === undefined) return this.create();
    switch (deed.do) {
      case 'write':
        return this.#write(path, volume, deed);
      case 'snapshot':
        return this.#snapshot(path, volume, at);
      case 'cloneVolume':
        return this.#cloneVolume(path, volume, deed.lazy);
      case 'recover':
        return snapshot && this.#recover(snapshot, deed.lazy);
      case 'flatten':
        return this.#flatten(volume);
      case 'remove':
        return this.#remove(path, volume);
      case 'read':
        return this.#compare(path, volume);
    }
  }

  /** Every volume, and every snapshot by a clone of it, reads as it must. */
  async check(): Promise<void> {
    for (const [path, volume] of this.volumes) await this.#compare(path, volume);
    for (const snapshot of [...this.snapshots]) await this.#clone(snapshot, false);
    for (const [path, volume] of this.volumes) {
      await this.#flatten(volume);
      await this.#compare(path, volume);
    }
  }

  async #compare(path: string, { bytes }: ModelVolume): Promise<void> {
    const volume = await this.curve.open(path);
    const { data } = await volume.read({ offset: 0, length: SIZE });
    await volume.close();
    const differs = data.findIndex((byte, at) => byte !== bytes[at]);
    expect(differs, `${path} after ${this.done.join(', ')}`).toBe(-1);
  }

  async #write(path: string, model: ModelVolume, { offset, length }: { offset: number; length: number }) {
    // A lazy clone of a volume shows what is written to that later; here it need not say when.
    if (this.#isSource(path)) return;
    const data = pattern(Math.min(length, SIZE - offset), offset, ++this.#writes);
    const volume = await this.curve.open(path);
    await volume.write(data, { offset });
    await volume.close();
    data.copy(model.bytes, offset);
    this.done.push(`write ${path} ${offset}+${data.length}`);
  }

  async #snapshot(volume: string, model: ModelVolume, at: number): Promise<void> {
    const { bytes, lazy } = model;
    const creation = this.curve.snapshots.create(volume, { name: `s${++this.#made}` });
    if (lazy || this.#isSource(volume)) return refusedWith(creation, 'STATUS_NOT_MATCH');
    const { id } = await creation;
    this.snapshots.push({ id, volume, bytes: Buffer.from(bytes), done: false });
    this.done.push(`snapshot ${volume} ${id}`);
    // Once it is taken, nothing that is written is in it.
    const isTaken = async () => (await this.curve.snapshots.get(id)).sequence !== undefined;
    await expect.poll(isTaken, { interval: 5, timeout: 20_000 }).toBe(true);
    for (const chunk of [at, at + 3]) {
      const offset = (chunk % (SIZE / CHUNK)) * CHUNK;
      await this.#write(volume, model, { offset, length: 2 * BLOCK });
    }
  }

  async #ready(snapshot: ModelSnapshot): Promise<string> {
    if (!snapshot.done) await this.curve.snapshots.creation(snapshot.id).wait(quick);
    snapshot.done = true;
    return snapshot.id;
  }

  async #clone(snapshot: ModelSnapshot, lazy: boolean): Promise<void> {
    const source = await this.#ready(snapshot);
    const path = this.#newPath();
    const clone = await this.curve.snapshots.clone(source, path, { lazy });
    await clone.wait(quick);
    this.done.push(`clone ${source} ${path} ${lazy}`);
    const bytes = Buffer.from(snapshot.bytes);
    this.volumes.set(path, { bytes, ...(lazy && { lazy: { task: clone.id, source } }) });
  }

  async #cloneVolume(source: string, model: ModelVolume, lazy: boolean): Promise<void> {
    await this.#settled(source);
    const path = this.#newPath();
    const asked = this.curve.snapshots.clone(source, path, { lazy });
    if (model.lazy) return refusedWith(asked, 'STATUS_NOT_MATCH');
    const clone = await asked;
    await clone.wait(quick);
    this.done.push(`clone ${source} ${path} ${lazy}`);
    const bytes = Buffer.from(model.bytes);
    this.volumes.set(path, { bytes, ...(lazy && { lazy: { task: clone.id, source } }) });
  }

  async #flatten(model: ModelVolume): Promise<void> {
    if (!model.lazy) return;
    const flattening = await this.curve.snapshots.flatten(model.lazy.task);
    await flattening.wait(quick);
    this.done.push(`flatten ${model.lazy.task}`);
    delete model.lazy;
  }

  async #recover(snapshot: ModelSnapshot, lazy: boolean): Promise<void> {
    const { volume: path } = snapshot;
    const model = this.volumes.get(path);
    if (!model || model.lazy || this.#isSource(path)) return;
    const source = await this.#ready(snapshot);
    await this.#settled(path);
    const recovery = await this.curve.snapshots.recover(source, path, { lazy });
    await recovery.wait(quick);
    this.done.push(`recover ${path} ${source} ${lazy}`);
    model.bytes = Buffer.from(snapshot.bytes);
    if (lazy) model.lazy = { task: recovery.id, source };
  }

  async #delete(snapshot: ModelSnapshot): Promise<void> {
    const id = await this.#ready(snapshot);
    const deletion = this.curve.snapshots.delete(id);
    if (this.#isSource(id)) return refusedWith(deletion, 'DELETE_BEING_CLONED');
    await (await deletion).wait(quick);
    this.snapshots.splice(this.snapshots.indexOf(snapshot), 1);
    this.done.push(`delete ${id}`);
  }

  async #remove(path: string, { lazy }: ModelVolume): Promise<void> {
    await this.#settled(path);
    const removal = this.curve.remove(path);
    if (this.#isSource(path)) return refusedWith(removal, 'DELETE_BEING_CLONED');
    await removal;
    this.volumes.delete(path);
    this.done.push(`remove ${path}`);
    // A snapshot that it was of, can be deleted when the service has noticed.
    for (const snapshot of this.snapshots) if (snapshot.volume === path) snapshot.volume = '';
    if (!lazy) return;
    const isForgotten = async () => {
      for await (const task of this.curve.snapshots.tasks({ destination: path, status: 'metaInstalled' }))
        if (task.id === lazy.task) return false;
      return true;
    };
    await expect.poll(isForgotten, { interval: 20, timeout: 20_000 }).toBe(true);
  }

  /** While a snapshot of it is being made, a volume can be neither removed nor replaced. */
  async #settled(path: string): Promise<void> {
    for (const snapshot of this.snapshots) if (snapshot.volume === path) await this.#ready(snapshot);
  }

  #isSource(of: string): boolean {
    return [...this.volumes.values()].some(({ lazy }) => lazy?.source === of);
  }

  async #failOver(): Promise<void> {
    const post = (what: string) =>
      fetch(`${this.cluster.addresses.controlUrl}/snapshot-servers/${this.#leader}/${what}`, {
        method: 'POST',
      });
    const answer = await fetch(`${this.cluster.addresses.controlUrl}/cluster`);
    const state = (await answer.json()) as { snapshotServers: { leads: boolean }[] };
    this.#leader = state.snapshotServers.findIndex(({ leads }) => leads);
    await post('stop');
    await post('start');
  }

  #newPath(): string {
    return `/v${++this.#made}`;
  }
}

function choose<T>(list: readonly T[], at: number): T | undefined {
  return list[at % Math.max(1, list.length)];
}

async function refusedWith(promise: Promise<unknown>, code: CurveError['code']): Promise<void> {
  await expect(promise).rejects.toMatchObject({ code });
}

it.prop([fc.array(deed, { minLength: 25, maxLength: 45 })], {
  numRuns: 8,
  seed: 20_261_128,
  endOnFailure: true,
})(
  'volumes, snapshots and clones are like arrays, whatever is done to them and whichever servers end meanwhile',
  async deeds => {
    await using cluster = new KillableCluster({
      ...{ durability: 'fast', chunkSize: CHUNK, segmentSize: SEGMENT, minVolumeSize: SEGMENT },
      ...{ snapshotServers: 2, snapshotWait: 0, cloneScanInterval: 200 },
      // So that writes come between.
      faults: [{ match: { role: 'snapshotclone', method: 'PutObject' }, do: 'delay 30ms' }],
    });
    await cluster.start();
    const { clientConfPath, snapshotAddresses: snapshotClone } = cluster.addresses;
    await using curve = await CurveClient.connect(clientConfPath, { user: 'ann', snapshotClone });
    const world = new World(cluster, curve);
    await world.create();
    for (const deed of deeds) await world.perform(deed);
    await world.check();
  },
  120_000,
);
