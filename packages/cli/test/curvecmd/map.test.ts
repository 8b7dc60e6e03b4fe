import { expect, test } from 'vitest';
import { type CurveBed, MiB, startCurveBed } from '../support/curve-bed.js';
import { parseXml } from '../support/xml.js';

async function bedWithSegments(): Promise<CurveBed> {
  const bed = await startCurveBed({ chunkservers: 4 });
  await bed.volume('/v');
  // The second of four segments.
  await bed.curvecmd(['write', '/v', '--offset', '4M'], { stdin: Buffer.alloc(4096, 1) });
  return bed;
}

test('in a pipe is a row for each segment', async () => {
  const bed = await bedWithSegments();
  const { exitCode, stdout, stderr } = await bed.curvecmd(['map', '/v']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t'));
  const size = String(4 * MiB);
  expect(rows.map(row => row.slice(0, 4))).toEqual([
    ['0', '0', size, 'free'],
    ['1', size, size, 'allocated'],
    ['2', String(8 * MiB), size, 'free'],
    ['3', String(12 * MiB), size, 'free'],
  ]);
  expect([...(rows[1]?.[4]?.split(',') ?? [])].sort()).toEqual([...bed.cluster.chunkserverAddresses].sort());
  expect(rows[0]?.[4]).toBe('');
});

test('as JSON is an object for each segment, with its chunks', async () => {
  const bed = await bedWithSegments();
  const { stdout } = await bed.curvecmd(['map', '/v', '--json']);
  const segments = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(segments).toMatchObject([
    { index: 0, allocated: false, chunks: [] },
    { index: 1, allocated: true },
    {},
    {},
  ]);
  expect(segments[1].chunks).toHaveLength(4);
  expect(segments[1].chunks[0]).toMatchObject({
    ...{ index: 4, chunkId: expect.stringMatching(/^\d+$/), logicalPoolId: 1 },
    chunkservers: expect.arrayContaining([
      { id: expect.any(Number), address: expect.stringMatching(/^127/) },
    ]),
  });
});

test('on a terminal is a picture', async () => {
  const bed = await bedWithSegments();
  const { stdout } = await bed.curvecmd(['map', '/v'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(stdout).toMatch(
    /^\/v {2}16\.0 MiB, 1 of 4 segments of 4\.0 MiB allocated \(25 %\)\n\nsegments +·+█+·+\n/,
  );
  expect(stdout.match(/\n\d 127\.0\.0\.1:\d+ +[·░▒▓█]+ +\d+ +[+-]?\d+ %/g)).toHaveLength(4);
});

test('--svg writes an image', async () => {
  const bed = await bedWithSegments();
  const run = await bed.curvecmd(['map', '/v', '--svg', 'v.svg']);
  expect(run).toEqual({ exitCode: 0, stdout: '', stderr: 'curvecmd: v.svg is written\n' });
  const root = parseXml(bed.read('v.svg').toString());
  const texts = root.children.filter(({ name }) => name === 'text').map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(['/v', '16.0 MiB, 1 of 4 segments of 4.0 MiB allocated']));
  for (const [index, address] of bed.cluster.chunkserverAddresses.entries()) {
    expect(texts).toContain(`${index + 1} ${address}`);
  }
});

test.each<[string, string[], RegExp, number]>([
  ['a directory', ['/d'], /that of a volume, not of a directory/, 2],
  ['what is not there', ['/none'], /kFileNotExists/, 1],
  ['a folder for the image', ['/v', '--svg', '.'], /^curvecmd: cannot write .*EISDIR/, 1],
  ['JSON and an image', ['/v', '--svg', 'x', '--json'], /--svg and --json/, 2],
])('%s is refused', async (_, argv, message, exitCode) => {
  const bed = await bedWithSegments();
  await (await bed.client()).mkdir('/d');
  expect(await bed.curvecmd(['map', ...argv])).toEqual({
    exitCode,
    stdout: '',
    stderr: expect.stringMatching(message),
  });
});
