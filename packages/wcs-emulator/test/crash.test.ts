import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { serve, stop } from './support/command.js';
import { filesIn } from './support/files.js';
import { type JobStatus, TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

test('no acknowledged object is lost or broken by kill -9, and nothing else is left', async () => {
  const dataDir = temporaryFolder();
  const contentOf = (key: string) => lcg(200_000, Number(key));
  const acknowledged = new Map<string, boolean>();
  let next = 0;
  for (let round = 0; round < 4; round++) {
    const { child, server } = await serve('--data-dir', dataDir);
    const client = new TestClient(server, 'demo');
    const goal = acknowledged.size + 15;
    let killed = false;
    const work = Array.from({ length: 6 }, async (_, worker) => {
      while (!killed) {
        const key = String(next++);
        const stored = worker % 2 === 0 ? uploadByForm(client, key) : uploadByBlocks(client, key);
        if ((await stored.catch(() => 0)) === 200) acknowledged.set(key, true);
        if (acknowledged.size >= goal && !killed) {
          killed = true;
          await stop(child, 'SIGKILL');
        }
      }
    });
    await Promise.all(work);
  }

  const { server } = await serve('--data-dir', dataDir);
  const client = new TestClient(server, 'demo');
  const listed = new Map((await client.list()).items.map(item => [item.key, item]));
  expect([...acknowledged.keys()].filter(key => !listed.has(key))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThanOrEqual(60);
  // What was not acknowledged may be there or not, but never in part.
  for (const [key, item] of listed) {
    const body = Buffer.from(await (await fetch(`${server.url}/-/demo/${key}`)).arrayBuffer());
    expect(body.equals(contentOf(key)), key).toBe(true);
    expect(item.fsize).toBe(body.length);
  }

  async function uploadByForm(client: TestClient, key: string): Promise<number> {
    return (await client.upload(key, contentOf(key))).status;
  }

  async function uploadByBlocks(client: TestClient, key: string): Promise<number> {
    const contexts = await client.makeBlocks(contentOf(key));
    return (await client.makeFile('200000', contexts, { policy: { scope: `demo:${key}` } })).status;
  }
});

test('no acknowledged piece of an appended object is lost by kill -9, and none is there in part', async () => {
  const dataDir = temporaryFolder();
  const content = (key: string) => lcg(12_000_000, key.charCodeAt(0));
  // Small pieces go to the end of a file, large ones into files of their own.
  const pieceSize = (position: number) => (position % 7 === 0 ? 1_200_001 : 777 + (position % 5000));
  const acknowledged = new Map(['a', 'b', 'c'].map(key => [key, 0]));
  for (let round = 0; round < 4; round++) {
    const { child, server } = await serve('--data-dir', dataDir);
    const client = new TestClient(server, 'demo');
    let pieces = 0;
    let killed = false;
    const work = [...acknowledged.keys()].map(async key => {
      let position = await lengthOf(client, key);
      const before = acknowledged.get(key) ?? 0;
      expect([before, before + pieceSize(before)]).toContain(position);
      while (!killed) {
        const piece = content(key).subarray(position, position + pieceSize(position));
        const answer = await client.append(key, position, piece).catch(() => undefined);
        if (answer?.status !== 200) break;
        position += piece.length;
        acknowledged.set(key, position);
        pieces += 1;
        if (pieces >= 12 && !killed) {
          killed = true;
          await stop(child, 'SIGKILL');
        }
      }
    });
    await Promise.all(work);
  }
  const { server } = await serve('--data-dir', dataDir);
  const client = new TestClient(server, 'demo');
  for (const [key, length] of acknowledged) {
    expect(length).toBeGreaterThan(0);
    const body = await client.download(key);
    expect([length, length + pieceSize(length)]).toContain(body.length);
    expect(body.equals(content(key).subarray(0, body.length)), key).toBe(true);
  }

  async function lengthOf(client: TestClient, key: string): Promise<number> {
    return Number((await client.stat(key)).headers.get('x-wcs-next-append-position') ?? 0);
  }
});

test('jobs that were interrupted by kill -9 are carried out as if nothing had happened', async () => {
  const dataDir = temporaryFolder();
  const bucket = `bucket/${b64u('demo')}`;
  const numbers = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
  let { child, server } = await serve('--data-dir', dataDir);
  let client = new TestClient(server, 'demo');
  for (const number of numbers) {
    for (const folder of ['move', 'copy', 'gone', 'pack']) {
      await client.upload(`${folder}/${number}`, `${folder} ${number}`);
    }
  }
  const relocate = (folder: string) =>
    numbers.map(number => {
      const target = `${bucket}/key/${b64u(number)}/prefix/${b64u(`${folder}d`)}`;
      return `resource/${b64u(`demo:${folder}/${number}`)}/${target}`;
    });
  const saveas = (key: string) => b64u(`demo:${key}`);
  const jobs = {
    move: await client.submit('move', relocate('move').join(';')),
    copy: await client.submit('copy', relocate('copy').join(';')),
    delete: await client.submit(
      'deletePrefix',
      `${bucket}/prefix/${b64u('gone')}/output/${saveas('gone.txt')}`,
    ),
    compress: await client.submit(
      'compress',
      ['one', 'two', 'three'].map(name => `${bucket}/keys/${b64u('pack/')}/saveas/${saveas(name)}`).join(';'),
    ),
  };
  let kills = 0;
  let reached = 0;
  for (;;) {
    const states = await Promise.all(Object.values(jobs).map(id => client.jobStatus(id)));
    if (states.every(job => job.code === 3)) break;
    const done = doneItems(states);
    if (done < reached + 8) continue;
    reached = done;
    kills += 1;
    await stop(child, 'SIGKILL');
    ({ child, server } = await serve('--data-dir', dataDir));
    client = new TestClient(server, 'demo');
  }
  expect(kills).toBeGreaterThanOrEqual(1);
  for (const id of Object.values(jobs)) {
    const { items } = await client.jobStatus(id);
    expect(items.filter(item => item.code !== 3)).toEqual([]);
  }
  const keys = (await client.list()).items.map(item => item.key);
  const expected = [
    ...['copy', 'copyd', 'moved', 'pack'].flatMap(folder => numbers.map(number => `${folder}/${number}`)),
    ...['gone.txt', 'one', 'three', 'two'],
  ];
  expect(keys).toEqual(expected.sort());
  expect((await client.download('moved/07')).toString()).toBe('move 07');
  expect((await client.download('gone.txt')).toString().split('\n')).toHaveLength(numbers.length + 1);
  // Copies share their bytes, and nothing else is left.
  expect(filesIn(dataDir)).toHaveLength(3 * numbers.length + 4);
  expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
});

function doneItems(jobs: readonly JobStatus[]): number {
  return jobs.flatMap(job => job.items).filter(item => item.code === 3).length;
}
