import type { Colors } from '../../terminal/colors.js';
import { formatBytes } from '../../terminal/quantities.js';
import { visible } from '../../terminal/visible.js';
import { imbalance, largestShare, share, type VolumeMap } from './volume-map.js';

/** From none to all. */
const SHADES = ['·', '░', '▒', '▓', '█'];
/** From this deviation on a chunkserver counts as out of balance. */
const UNEVEN = 0.2;
const MAX_LABEL = 28;
const MIN_STRIP = 10;
/** Blanks left of a strip; and chunks and balance right of it. */
const BESIDE = 2 + 17;

/** How many cells fit on a terminal this wide. */
export function cellsFor(columns: number): number {
  return Math.max(MIN_STRIP, columns - MAX_LABEL - BESIDE);
}

/**
 * The picture of a map: a strip of the volume, and below it one for each chunkserver, shaded by how much of each
 * place it holds. Colours say what the shades and figures say as well.
 */
export function drawMap(map: VolumeMap, columns: number, colors: Colors): string[] {
  const { cells, chunkservers, segments, allocated } = map;
  const labels = chunkservers.map(({ id, address }) => shorten(visible(`${id} ${address}`)));
  const labelWidth = Math.max('chunkserver'.length, ...labels.map(label => label.length));
  // Few cells are drawn wide, so that ten segments can be told apart.
  const cellWidth = Math.max(1, Math.min(8, Math.floor((columns - labelWidth - BESIDE) / cells.length)));
  const strip = (shares: number[], paint: (text: string) => string) =>
    shares.map(value => cell(value, cellWidth, colors, paint)).join('');
  const width = cells.length * cellWidth;
  const largest = largestShare(map);

  const lines = [
    `${colors.bold(visible(map.path))}  ${formatBytes(map.length)}, ${allocated} of ${segments} segments of ${formatBytes(map.segmentSize)} allocated (${percent(allocated / segments)})`,
    '',
    `${'segments'.padEnd(labelWidth)}  ${strip(
      cells.map(one => one.allocated / one.segments),
      colors.green,
    )}`,
    `${' '.repeat(labelWidth)}  ${axis(map.length, width)}`,
  ];
  if (chunkservers.length > 0) {
    lines.push('', `${'chunkserver'.padEnd(labelWidth)}  ${' '.repeat(width)}  chunks  balance`);
  }
  for (const [index, one] of chunkservers.entries()) {
    const shades = one.perCell.map((chunks, i) => share(chunks, cells[i]) / largest);
    const deviation = imbalance(one, map);
    const balance = signedPercent(deviation).padStart(7);
    const shown = Math.abs(deviation) >= UNEVEN ? colors.yellow(balance) : balance;
    const label = (labels[index] ?? '').padEnd(labelWidth);
    lines.push(`${label}  ${strip(shades, colors.cyan)}  ${String(one.chunks).padStart(6)}  ${shown}`);
  }
  return [...lines, '', ...legend(map, largest)];
}

function cell(value: number, width: number, colors: Colors, paint: (text: string) => string): string {
  // Little is not nothing, and nearly all is not all.
  const inner = SHADES.length - 2;
  const shade =
    value <= 0 ? 0 : value >= 1 ? SHADES.length - 1 : 1 + Math.min(inner - 1, Math.floor(value * inner));
  const text = (SHADES[shade] ?? '').repeat(width);
  return shade === 0 ? colors.dim(text) : paint(text);
}

function axis(length: number, width: number): string {
  const end = formatBytes(length);
  return `0${end.padStart(Math.max(end.length + 1, width - 1))}`;
}

function legend(map: VolumeMap, largest: number): string[] {
  const per = map.segments / map.cells.length;
  const cellsAre =
    per === 1 ? 'each place is one segment' : `each place is ${per.toFixed(per < 10 ? 1 : 0)} segments`;
  const lines = [
    `${SHADES[0]} not allocated, ${SHADES.slice(1, -1).join('')} in part, ${SHADES.at(-1)} allocated; ${cellsAre}`,
  ];
  if (map.chunkservers.length === 0) return lines;
  lines.push(
    `chunkservers: ${SHADES.at(-1)} a replica of ${percent(largest)} of the chunks there; balance: more or less than the even share`,
  );
  return lines;
}

function percent(value: number): string {
  return `${Math.round(100 * value)} %`;
}

function signedPercent(value: number): string {
  const rounded = Math.round(100 * value);
  return `${rounded > 0 ? '+' : ''}${rounded} %`;
}

/** The end of an address tells chunkservers apart better than its start. */
function shorten(label: string): string {
  return label.length > MAX_LABEL ? `…${label.slice(1 - MAX_LABEL)}` : label;
}
