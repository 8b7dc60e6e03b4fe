import { byId, element } from './dom.js';
import { formatBytes, visible } from './format.js';

/** @param {Pick<import('./overview.js').Overview, 'volumes' | 'volumeCount'>} cluster */
export function showVolumes({ volumes, volumeCount }) {
  byId('volume-list').replaceChildren(...volumes.map(describe));
  const more = volumeCount - volumes.length;
  byId('volumes-note').textContent = more > 0 ? `and ${more} more` : '';
}

/** @param {import('./overview.js').Volume} volume */
function describe(volume) {
  const { path, owner, length, segmentSize, segments, allocatedCount, allocated, clients } = volume;
  const opened = clients > 0 ? `, open by ${clients}` : '';
  const lost = allocated.filter(({ usable }) => !usable).length;
  const trouble = lost > 0 ? [element('span', { className: 'bad' }, `, ${lost} led by nobody`)] : [];
  return element(
    'li',
    {},
    element('strong', { className: 'name' }, visible(path)),
    ` ${formatBytes(length)} of ${visible(owner)}, ${allocatedCount} of ${segments} segments allocated${opened}`,
    ...trouble,
    mapOf(segments, segmentSize, allocated),
  );
}

/** More segments than these are not drawn. */
const drawn = 1024;

/**
 * A square for each segment.
 *
 * @param {number} segments
 * @param {number} segmentSize
 * @param {{ index: number, usable: boolean }[]} allocated
 */
function mapOf(segments, segmentSize, allocated) {
  const squares = Array.from({ length: Math.min(segments, drawn) }, (_, index) =>
    element('i', { title: `${range(index, segmentSize)}: not allocated` }),
  );
  for (const { index, usable } of allocated) {
    const square = squares[index];
    if (!square) continue;
    square.className = usable ? 'allocated' : 'allocated unusable';
    square.title = `${range(index, segmentSize)}: ${usable ? 'allocated' : 'allocated, led by nobody'}`;
  }
  const more = segments > drawn ? [` and ${segments - drawn} more`] : [];
  return element('div', { className: 'map' }, ...squares, ...more);
}

/**
 * @param {number} index
 * @param {number} size
 */
function range(index, size) {
  return `segment ${index}, from ${formatBytes(index * size)}`;
}
