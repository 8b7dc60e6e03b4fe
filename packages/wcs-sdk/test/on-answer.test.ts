import { lcg } from '@curve-wcs/test-support';
import { expect, it } from 'vitest';
import type { ServiceAnswer } from '../src/index.js';
import { emulated } from './support/emulated.js';

async function observed() {
  const answers: ServiceAnswer[] = [];
  const bed = await emulated({ onAnswer: answer => void answers.push(answer) });
  return { ...bed, answers };
}

const text = (answer: ServiceAnswer | undefined) => answer?.body?.toString('utf8');

it('hears of every answer, and of those of attempts that failed', async () => {
  const { emulator, wcs, answers } = await observed();
  emulator.faults.add({ match: { path: '/bucket/list', nth: 1 }, do: 'status 503' });
  await wcs.buckets.list({ headers: { 'x-mine': '1' } });
  expect(answers.map(({ operation, method, status }) => [operation, method, status])).toEqual([
    ['bucket list', 'GET', 503],
    ['bucket list', 'GET', 200],
  ]);
  const [, last] = answers;
  expect(last).toMatchObject({
    url: `${emulator.url}/bucket/list`,
    requestId: expect.stringMatching(/./),
    headers: expect.objectContaining({ 'content-type': expect.any(String) }),
  });
  expect(JSON.parse(text(last) ?? '')).toMatchObject({ buckets: [{ name: 'backup' }, { name: 'photos' }] });
});

it('hears of an error in the words of the service', async () => {
  const { wcs, answers } = await observed();
  await expect(wcs.stat({ bucket: 'photos', key: 'none' })).rejects.toThrow();
  expect(answers).toMatchObject([{ operation: 'stat', status: 404 }]);
  expect(JSON.parse(text(answers[0]) ?? '')).toMatchObject({ message: expect.any(String) });
});

it('hears of a download without its content, and of one that fails with what was said', async () => {
  const { emulator, wcs, answers } = await observed();
  const content = lcg(100_000);
  await wcs.upload({ bucket: 'photos', key: 'a', source: content });
  expect((await wcs.download({ bucket: 'photos', key: 'a' })).data).toEqual(Buffer.from(content));
  expect(answers.map(({ operation, body }) => [operation, body !== undefined])).toEqual([
    ['upload', true],
    ['download', false],
  ]);
  await expect(wcs.download({ url: `${emulator.url}/-/photos/none` })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    serverMessage: expect.any(String),
  });
  expect(answers.at(-1)).toMatchObject({ operation: 'download', status: 404 });
  expect(text(answers.at(-1))).not.toBe('');
});

it('hears of each block of an upload', async () => {
  const { wcs, answers } = await observed();
  await wcs.upload({
    bucket: 'photos',
    key: 'b',
    source: lcg(5 * 2 ** 20),
    formThreshold: 0,
    concurrency: 1,
  });
  expect(answers.map(({ operation }) => operation)).toEqual(['mkblk', 'mkblk', 'mkfile']);
});
