import { formatBytes } from '../../terminal/quantities.js';
import { imbalance, largestShare, share, type VolumeMap } from './volume-map.js';

/** How many cells an SVG has at most. */
export const SVG_CELLS = 240;

const WIDTH = 960;
const MARGIN = 24;
const LABEL = 190;
const FIGURES = 130;
const STRIP = WIDTH - 2 * MARGIN - LABEL - FIGURES;
const ROW = 20;
const BAR = 14;
const TOP = 96;
/** Shades between none and all; a path for each keeps the file small. */
const SHADES = 10;

const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .figure { text-anchor: end; font-variant-numeric: tabular-nums }
  .ground { fill: #ffffff }
  .empty { fill: #d1d9e0 }
  .segments { fill: #1a7f37 }
  .chunks { fill: #0969da }
  .uneven { fill: #9a6700; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .ground { fill: #0d1117 }
    .empty { fill: #3d444d }
    .segments { fill: #3fb950 }
    .chunks { fill: #4493f8 }
    .uneven { fill: #d29922 }
  }`;

/** The map as an SVG image that needs nothing else, for light and dark surroundings. */
export function svgMap(map: VolumeMap): string {
  const { cells, chunkservers, segments, allocated, length, segmentSize } = map;
  const largest = largestShare(map);
  const rowTop = (index: number) => TOP + 56 + index * ROW;
  const height = rowTop(chunkservers.length) + 40;
  const cellWidth = STRIP / cells.length;
  const strip = (top: number, kind: string, shares: number[]) =>
    shadedStrip({ top, kind, shares, cellWidth });

  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(map.path)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    text(MARGIN, 36, 'title', map.path),
    text(
      MARGIN,
      58,
      'quiet',
      `${formatBytes(length)}, ${allocated} of ${segments} segments of ${formatBytes(segmentSize)} allocated`,
    ),
    text(MARGIN, TOP + 11, '', 'segments'),
    ...strip(
      TOP,
      'segments',
      cells.map(one => one.allocated / one.segments),
    ),
    text(MARGIN + LABEL, TOP + 30, 'quiet', '0'),
    text(MARGIN + LABEL + STRIP, TOP + 30, 'quiet figure', formatBytes(length)),
  ];
  if (chunkservers.length > 0) {
    lines.push(
      text(MARGIN, rowTop(0) - 10, 'quiet', 'chunkserver'),
      text(WIDTH - MARGIN - 60, rowTop(0) - 10, 'quiet figure', 'chunks'),
      text(WIDTH - MARGIN, rowTop(0) - 10, 'quiet figure', 'balance'),
    );
  }
  for (const [index, one] of chunkservers.entries()) {
    const top = rowTop(index);
    const deviation = imbalance(one, map);
    const balance = `${deviation >= 0.005 ? '+' : ''}${Math.round(100 * deviation)} %`;
    lines.push(
      text(MARGIN, top + 11, '', `${one.id} ${one.address}`),
      ...strip(
        top,
        'chunks',
        one.perCell.map((chunks, i) => share(chunks, cells[i]) / largest),
      ),
      text(WIDTH - MARGIN - 60, top + 11, 'figure', String(one.chunks)),
      text(WIDTH - MARGIN, top + 11, Math.abs(deviation) >= 0.2 ? 'figure uneven' : 'figure', balance),
    );
  }
  lines.push(text(MARGIN, height - 20, 'quiet', legend(map, largest)), '</svg>', '');
  return lines.join('\n');
}

/** The ground of a strip, and what is filled of it: one path for each shade. */
function shadedStrip({
  top,
  kind,
  shares,
  cellWidth,
}: {
  top: number;
  kind: string;
  shares: number[];
  cellWidth: number;
}): string[] {
  const left = MARGIN + LABEL;
  const paths = new Map<number, string>();
  // Neighbours of one shade are one rectangle.
  for (let from = 0; from < shares.length; ) {
    const shade = Math.ceil((shares[from] ?? 0) * SHADES);
    let to = from + 1;
    while (to < shares.length && Math.ceil((shares[to] ?? 0) * SHADES) === shade) to += 1;
    const [x, width] = [left + from * cellWidth, (to - from) * cellWidth];
    if (shade > 0) {
      paths.set(
        shade,
        `${paths.get(shade) ?? ''}M${short(x)} ${top}h${short(width)}v${BAR}h-${short(width)}z`,
      );
    }
    from = to;
  }
  return [
    `<rect class="empty" x="${left}" y="${top}" width="${STRIP}" height="${BAR}"/>`,
    ...[...paths].map(
      ([shade, path]) => `<path class="${kind}" fill-opacity="${short(shade / SHADES)}" d="${path}"/>`,
    ),
  ];
}

function legend({ segments, cells, chunkservers }: VolumeMap, largest: number): string {
  const per = segments / cells.length;
  const place = per === 1 ? 'Each place is one segment.' : `Each place is ${per.toFixed(1)} segments.`;
  if (chunkservers.length === 0) return place;
  return `${place} The darkest blue is a replica of ${Math.round(100 * largest)} % of the chunks there. Balance: more or less than the even share.`;
}

function text(x: number, y: number, kind: string, content: string): string {
  return `<text x="${x}" y="${y}"${kind === '' ? '' : ` class="${kind}"`}>${escaped(content)}</text>`;
}

/** Text of a server as text of XML: nothing in it is markup, nor a character that XML does not allow. */
function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}

function short(number: number): string {
  return String(Math.round(number * 100) / 100);
}
