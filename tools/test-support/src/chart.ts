/** What a benchmark measured: a rate or another figure, and that of a peer. */
export interface Figure {
  /** What was measured. */
  name: string;
  /** Bytes per second, unless `show` says otherwise. */
  rate: number;
  /** What it is compared with. */
  peer: string;
  /** The same of the peer. */
  peerRate: number;
  /** `rate` over `peerRate`. */
  ratio: number;
  /** @default gigabytes per second */
  show?: (rate: number) => string;
}

const BAR = 22;
const GROUP = 2 * BAR + 40;
const LEFT = 24;
const WIDTH = 760;

/** The figures as pairs of bars, ours over the peer's; each pair has a scale of its own. */
export function chart(figures: readonly Figure[]): string {
  const height = figures.length * GROUP + 24;
  const groups = figures.map((figure, index) => group(figure, 16 + index * GROUP));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...groups,
    '</svg>',
    '',
  ].join('\n');
}

function group({ name, rate, peer, peerRate, ratio, show = inGigabytes }: Figure, top: number): string {
  const scale = (WIDTH - LEFT - 420) / Math.max(rate, peerRate);
  return [
    `<text x="${LEFT}" y="${top + 10}" font-weight="bold" fill="#222222">${escaped(name)}: ${ratio.toFixed(2)} ×</text>`,
    bar(top + 18, rate * scale, '#1f6feb', show(rate)),
    bar(top + 18 + BAR, peerRate * scale, '#b0b7c0', `${show(peerRate)}, ${peer}`),
  ].join('\n');
}

function bar(top: number, length: number, colour: string, label: string): string {
  const [end, middle] = [LEFT + length, top + BAR / 2 + 4];
  return [
    `<rect x="${LEFT}" y="${top}" width="${length.toFixed(1)}" height="${BAR - 4}" fill="${colour}"/>`,
    `<text x="${(end + 8).toFixed(1)}" y="${middle}" fill="#444444">${escaped(label)}</text>`,
  ].join('\n');
}

/** A rate in GB/s. */
export function gigabytes(rate: number): string {
  return (rate / 1e9).toFixed(2);
}

function inGigabytes(rate: number): string {
  return `${gigabytes(rate)} GB/s`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
