import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { startWcsEmulator } from '../src/index.js';
import { filesIn } from './support/files.js';
import { TestClient } from './support/test-client.js';

const day = 86_400_000;

/** What the model knows of an object. */
interface ModelObject {
  content: Buffer;
  putTime: number;
  expiresAt: number | undefined;
  appendable: boolean;
}

type Step =
  | { do: 'put'; key: string; size: number; overwrite: boolean; days: number | undefined }
  | { do: 'append'; key: string; size: number; shift: number }
  | { do: 'copy' | 'move'; key: string; to: string }
  | { do: 'delete'; key: string }
  | { do: 'setdeadline'; key: string; days: number }
  | { do: 'wait'; days: number }
  | { do: 'restart' };

const key = fc.constantFrom('a', 'b', 'dir/c', 'dir/d', 'dir/sub/e', '中文 é');
const size = fc.integer({ min: 0, max: 3000 });
const days = fc.constantFrom(-1, 0, 1, 2, 5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      key,
      size,
      overwrite: fc.boolean(),
      days: fc.option(days, { nil: undefined }),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      key,
      size,
      shift: fc.constantFrom(0, 0, 0, 1, -1),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ do: fc.constantFrom('copy' as const, 'move' as const), key, to: key }),
    weight: 5,
  },
  { arbitrary: fc.record({ do: fc.constant('delete' as const), key }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('setdeadline' as const), key, days }), weight: 2 },
  {
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 3 }) }),
    weight: 1,
  },
  { arbitrary: fc.constant({ do: 'restart' as const }), weight: 1 },
);

/** A bucket as it should be. Answers the status that the emulator should give. */
class Model {
  readonly objects = new Map<string, ModelObject>();
  now = 1_700_000_000_000;

  find(key: string): ModelObject | undefined {
    const object = this.objects.get(key);
    return object && (object.expiresAt === undefined || object.expiresAt > this.now) ? object : undefined;
  }

  expiry(days: number | undefined): number | undefined {
    return days === undefined || days < 0 ? undefined : this.now + days * day;
  }

  put(key: string, content: Buffer, overwrite: boolean, days: number | undefined): number {
    if (this.find(key) && !overwrite) return 406;
    const expiresAt = this.expiry(days);
    this.objects.set(key, { content, putTime: this.now, expiresAt, appendable: false });
    return 200;
  }

  append(key: string, position: number, piece: Buffer): number {
    const existing = this.find(key);
    if (existing ? !existing.appendable || existing.content.length !== position : position !== 0) return 400;
    this.objects.set(key, {
      content: Buffer.concat([existing?.content ?? Buffer.alloc(0), piece]),
      putTime: this.now,
      expiresAt: existing?.expiresAt,
      appendable: true,
    });
    return 200;
  }

  relate(operation: 'copy' | 'move', key: string, to: string): number {
    if (key === to) return 400;
    const source = this.find(key);
    if (!source) return 404;
    this.objects.set(to, operation === 'copy' ? { ...source, putTime: this.now } : source);
    if (operation === 'move') this.objects.delete(key);
    return 200;
  }

  delete(key: string): number {
    if (!this.find(key)) return 404;
    this.objects.delete(key);
    return 200;
  }

  setDeadline(key: string, days: number): number {
    const object = this.find(key);
    if (!object) return 404;
    this.objects.set(key, { ...object, expiresAt: this.expiry(days) });
    return 200;
  }

  /** The keys in the order of their bytes. */
  keys(): string[] {
    const keys = [...this.objects.keys()].filter(key => this.find(key));
    return keys.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  }
}

property.prop([fc.array(step, { minLength: 1, maxLength: 40 })], { numRuns: 20 })(
  'whatever is done to a bucket, it is as the model says',
  async steps => {
    const model = new Model();
    const dataDir = temporaryFolder();
    const options = { dataDir, durability: 'fast', buckets: ['b1'], clock: () => model.now } as const;
    let emulator = await startWcsEmulator(options);
    let client = new TestClient(emulator);
    for (const [number, step] of steps.entries()) {
      model.now += 1;
      if (step.do === 'restart') {
        await emulator.close();
        emulator = await startWcsEmulator(options);
        client = new TestClient(emulator);
      } else if (step.do === 'wait') {
        model.now += step.days * day;
      } else {
        const [expected, answer] = await perform(step, number);
        expect({ step, status: answer.status }).toEqual({ step, status: expected });
      }
    }
    await compare();
    // What has ended is deleted in the end, and no file outlives its last use.
    for (const key of model.keys()) expect(await client.delete(key)).toMatchObject({ status: 200 });
    await expect.poll(() => filesIn(dataDir), { timeout: 20_000 }).toEqual([]);
    await emulator.close();

    function perform(step: Exclude<Step, { do: 'wait' | 'restart' }>, seed: number) {
      switch (step.do) {
        case 'put': {
          const content = lcg(step.size, seed);
          const fields = step.days === undefined ? {} : { deadline: String(step.days) };
          const answer = client.upload(step.key, content, {
            policy: { overwrite: Number(step.overwrite) },
            fields,
          });
          return both(model.put(step.key, content, step.overwrite, step.days), answer);
        }
        case 'append': {
          const position = Math.max(0, (model.find(step.key)?.content.length ?? 0) + step.shift);
          const piece = lcg(step.size, seed);
          const answer = client.append(step.key, position, piece);
          return both(model.append(step.key, position, piece), answer);
        }
        case 'copy':
        case 'move':
          return both(model.relate(step.do, step.key, step.to), client[step.do](step.key, step.to));
        case 'delete':
          return both(model.delete(step.key), client.delete(step.key));
        case 'setdeadline':
          return both(model.setDeadline(step.key, step.days), client.setDeadline(step.key, step.days));
      }
    }

    async function compare(): Promise<void> {
      const keys = model.keys();
      const described = keys.map(key => {
        const { content, putTime, expiresAt } = model.find(key) ?? expect.fail(key);
        const expirationDate = expiresAt === undefined ? '' : String(expiresAt);
        return { key, putTime, fsize: content.length, hash: etag(content), expirationDate };
      });
      const { items } = await client.list();
      expect(items).toEqual(described.map(object => expect.objectContaining(object)));
      const inDir = keys.filter(key => key.startsWith('dir/'));
      const folder = await client.list({ mode: 0, prefix: Buffer.from('dir').toString('base64url') });
      expect(folder.items.map(item => item.key)).toEqual(inDir.filter(key => !key.startsWith('dir/sub/')));
      expect(folder.commonPrefixes).toEqual(
        inDir.some(key => key.startsWith('dir/sub/')) ? ['dir/sub/'] : [],
      );
      for (const key of keys) {
        expect((await client.download(key)).equals(model.find(key)?.content ?? Buffer.alloc(0)), key).toBe(
          true,
        );
        const { headers } = await client.stat(key);
        expect(headers.get('x-wcs-object-type')).toBe(model.find(key)?.appendable ? 'Appendable' : null);
      }
    }
  },
);

async function both<T>(expected: number, answer: Promise<T>): Promise<[number, T]> {
  return [expected, await answer];
}
