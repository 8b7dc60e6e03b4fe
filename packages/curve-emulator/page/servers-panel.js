import { button, byId, element } from './dom.js';
import { visible } from './format.js';
import { postControl } from './service.js';

/** @param {Pick<import('./overview.js').Overview, 'mds' | 'chunkservers' | 'copysets'>} cluster */
export function showServers({ mds, chunkservers, copysets }) {
  byId('mds-list').replaceChildren(...mds.map(mdsRow));
  byId('chunkserver-list').replaceChildren(...chunkservers.map(chunkserverRow));
  const { total, withoutLeader } = copysets;
  const note = byId('copysets-note');
  note.className = withoutLeader > 0 ? 'note bad' : 'note';
  const trouble = withoutLeader > 0 ? `, ${withoutLeader} of them led by nobody` : '';
  note.textContent = `${total} copysets${trouble}`;
}

/** @param {import('./overview.js').MdsState} mds */
function mdsRow({ index, address, running, leads }) {
  return element(
    'tr',
    {},
    element('td', {}, `MDS ${index}`),
    element('td', { className: 'target' }, visible(address)),
    state(running, leads ? 'leads' : 'stands by'),
    element('td', {}, turn(`mds/${index}`, running)),
  );
}

/** @param {import('./overview.js').Chunkserver} chunkserver */
function chunkserverRow({ id, address, running, copysets, leaders, chunks }) {
  const number = (/** @type {number} */ count) => element('td', { className: 'number' }, String(count));
  return element(
    'tr',
    {},
    element('td', { className: 'number' }, String(id)),
    element('td', { className: 'target' }, visible(address)),
    state(running, 'runs'),
    ...[copysets, leaders, chunks].map(number),
    element('td', {}, turn(`chunkservers/${id}`, running)),
  );
}

/**
 * @param {boolean} running
 * @param {string} so what it does if it runs
 */
function state(running, so) {
  return element('td', { className: running ? 'good' : 'bad' }, running ? so : 'stopped');
}

/**
 * A button that stops or starts a server.
 *
 * @param {string} server
 * @param {boolean} running
 */
function turn(server, running) {
  const what = running ? 'stop' : 'start';
  return button(running ? 'Stop' : 'Start', () => postControl(`${server}/${what}`, {}));
}
