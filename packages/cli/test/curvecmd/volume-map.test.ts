import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { svgMap } from '../../src/curvecmd/map/svg-map.js';
import { cellsFor, drawMap } from '../../src/curvecmd/map/terminal-map.js';
import { imbalance, type MappedSegment, VolumeMapBuilder } from '../../src/curvecmd/map/volume-map.js';
import { createColors } from '../../src/terminal/colors.js';
import { parseXml } from '../support/xml.js';

const GiB = 2 ** 30;
const plain = createColors(false);

/** A segment of four chunks, each on the chunkservers given. */
function segment(index: number, ...holders: number[]): MappedSegment {
  const chunkservers = holders.map(id => ({ id, address: `10.0.0.${id}:8200` }));
  const chunks = Array.from({ length: 4 }, () => ({ chunkservers }));
  return { index, allocated: true, chunks };
}

function mapOf(segments: number, added: MappedSegment[], cells: number, path = '/vol') {
  const builder = new VolumeMapBuilder({ path, length: segments * GiB, segmentSize: GiB }, cells);
  for (const one of added) builder.add(one);
  return builder.build();
}

describe('a map', () => {
  test('of few segments has a cell for each', () => {
    const map = mapOf(10, [segment(0, 1, 2), segment(7, 1), { index: 3, allocated: false, chunks: [] }], 80);
    expect(map).toMatchObject({ segments: 10, allocated: 2 });
    expect(map.cells.map(({ allocated }) => allocated)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    expect(map.chunkservers).toEqual([
      { id: 1, address: '10.0.0.1:8200', chunks: 8, perCell: [4, 0, 0, 0, 0, 0, 0, 4, 0, 0] },
      { id: 2, address: '10.0.0.2:8200', chunks: 4, perCell: [4, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    ]);
  });

  test('tells who has more or less than the even share', () => {
    const map = mapOf(4, [segment(0, 1), segment(1, 1), segment(2, 1), segment(3, 2)], 80);
    expect(map.chunkservers.map(one => imbalance(one, map))).toEqual([0.5, -0.5]);
  });

  test('has no place for what was added to the volume meanwhile', () => {
    expect(mapOf(2, [segment(2, 1)], 80)).toMatchObject({ allocated: 0, chunkservers: [] });
  });

  property.prop([
    fc.integer({ min: 1, max: 3000 }),
    fc.integer({ min: 1, max: 200 }),
    fc.array(fc.nat(2999), { maxLength: 50 }),
  ])('loses no segment, however many share a cell', (segments, cells, picked) => {
    const allocated = [...new Set(picked.filter(index => index < segments))];
    const map = mapOf(
      segments,
      allocated.map(index => segment(index, (index % 3) + 1)),
      cells,
    );
    const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
    expect(map.cells.length).toBe(Math.min(segments, cells));
    expect(sum(map.cells.map(one => one.segments))).toBe(segments);
    expect(sum(map.cells.map(one => one.allocated))).toBe(allocated.length);
    expect(sum(map.chunkservers.map(one => one.chunks))).toBe(4 * allocated.length);
    for (const one of map.chunkservers) expect(sum(one.perCell)).toBe(one.chunks);
    expect(Math.max(...map.cells.map(one => one.segments))).toBeLessThanOrEqual(
      Math.ceil(segments / map.cells.length),
    );
  });
});

describe('on a terminal', () => {
  test('ten segments are a picture with places for each', () => {
    const map = mapOf(10, [segment(0, 1, 2), segment(1, 1, 3), segment(7, 2, 3)], cellsFor(80));
    expect(drawMap(map, 80, plain)).toEqual([
      '/vol  10.0 GiB, 3 of 10 segments of 1.0 GiB allocated (30 %)',
      '',
      'segments         ████████····················████········',
      '                 0                               10.0 GiB',
      '',
      'chunkserver                                                chunks  balance',
      '1 10.0.0.1:8200  ████████································       8      0 %',
      '2 10.0.0.2:8200  ████························████········       8      0 %',
      '3 10.0.0.3:8200  ····████····················████········       8      0 %',
      '',
      '· not allocated, ░▒▓ in part, █ allocated; each place is one segment',
      'chunkservers: █ a replica of 100 % of the chunks there; balance: more or less than the even share',
    ]);
  });

  test('ten thousand segments fit', () => {
    const added = Array.from({ length: 2500 }, (_, i) => segment(i, 1 + (i % 5)));
    const lines = drawMap(mapOf(10_000, added, cellsFor(80)), 80, plain);
    expect(lines[2]).toMatch(/^segments {9}█{8}░·{24}$/);
    expect(lines).toContainEqual(expect.stringContaining('each place is 303 segments'));
    for (const line of lines.slice(2, -2)) expect(line.length).toBeLessThan(80);
  });

  test('colours only add to what shades say, and mark what is uneven', () => {
    const colors = createColors(true);
    const map = mapOf(3, [segment(0, 1), segment(1, 1), segment(2, 2)], 10);
    const coloured = drawMap(map, 80, colors);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
    expect(coloured.map(line => line.replace(/\u001b\[\d+m/g, ''))).toEqual(drawMap(map, 80, plain));
    expect(coloured.join('\n')).toContain(colors.yellow('  +33 %'));
  });

  test('an empty volume has a picture, too', () => {
    const lines = drawMap(mapOf(2, [], 30), 80, plain);
    expect(lines[0]).toContain('0 of 2 segments');
    expect(lines[2]).toMatch(/^segments {5}·+$/);
    expect(lines.join('\n')).not.toMatch(/NaN|undefined|chunkserver/);
  });

  property.prop([fc.integer({ min: 1, max: 400 }), fc.integer({ min: 10, max: 300 })])(
    'no strip is wider than the terminal',
    (segments, columns) => {
      const added = Array.from({ length: segments }, (_, i) => segment(i, 1 + (i % 4)));
      for (const line of drawMap(mapOf(segments, added, cellsFor(columns)), columns, plain).slice(2, -2)) {
        // Below this width there is no room for strip and figures; the terminal wraps the lines.
        expect(line.length).toBeLessThanOrEqual(Math.max(columns, 60));
      }
    },
  );

  test('what a server calls itself cannot steer it', () => {
    const hostile: MappedSegment = {
      index: 0,
      allocated: true,
      chunks: [{ chunkservers: [{ id: 1, address: '\u001b[2J' }] }],
    };
    expect(drawMap(mapOf(1, [hostile], 10, '/\u001b[1m'), 80, plain).join('\n')).not.toContain('\u001b');
  });
});

describe('as SVG', () => {
  test('is a whole document with a row for each chunkserver', () => {
    const map = mapOf(10, [segment(0, 1, 2), segment(7, 2, 3)], 240, '/a&b <c>');
    const root = parseXml(svgMap(map));
    expect(root).toMatchObject({ name: 'svg', attributes: { xmlns: 'http://www.w3.org/2000/svg' } });
    const texts = root.children.filter(({ name }) => name === 'text').map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining([
        '/a&b <c>',
        '1 10.0.0.1:8200',
        '2 10.0.0.2:8200',
        '3 10.0.0.3:8200',
        '+50 %',
        '-25 %',
      ]),
    );
    expect(root.children.find(({ name }) => name === 'style')?.text).toContain('prefers-color-scheme: dark');
    expect(root.children.filter(({ name }) => name === 'path').length).toBe(4);
    expect(svgMap(map)).not.toMatch(/href|<script|url\(/);
  });

  test('stays small for ten thousand segments on a hundred chunkservers', () => {
    const added = Array.from({ length: 10_000 }, (_, i) => segment(i, 1 + (i % 100), 1 + ((i * 7) % 100)));
    const text = svgMap(mapOf(10_000, added, 240));
    parseXml(text);
    expect(text.length).toBeLessThan(1_000_000);
  });

  property.prop([fc.string({ unit: 'binary' })])('is well-formed whatever things are called', name => {
    const odd: MappedSegment = {
      index: 0,
      allocated: true,
      chunks: [{ chunkservers: [{ id: 1, address: name }] }],
    };
    const root = parseXml(svgMap(mapOf(1, [odd], 240, name)));
    expect(root.name).toBe('svg');
  });

  test('of an empty volume', () => {
    const text = svgMap(mapOf(2, [], 240));
    parseXml(text);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});
