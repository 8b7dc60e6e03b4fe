import { byId, element } from './dom.js';
import { refreshFaults } from './faults-panel.js';
import { formatBytes, formatTime, visible } from './format.js';
import { control } from './service.js';

/** How many requests stay on the page. */
const capacity = 500;
/** How long the emulator may wait for a request before it answers, and the pause after a failure, in milliseconds. */
const wait = 15_000;
const pause = 1000;

/**
 * @typedef {{ number: number, time: number, method: string, path: string, status: number, bytesIn: number, bytesOut: number, message?: string }} Request
 */

/** Shows requests as they end, as long as the page is there. */
export async function watchRequests() {
  const rows = byId('log-rows');
  const paused = pauseButton();
  byId('log-clear').addEventListener('click', () => rows.replaceChildren());
  byId('log-filter').addEventListener('input', () => {
    for (const row of rows.children) applyFilter(row);
  });
  let after = 0;
  for (;;) {
    try {
      const { requests, last } = await control(`requests?after=${after}&wait=${wait}`);
      connected(true);
      // A smaller number is that of an emulator that was started anew.
      after = last < after ? 0 : last;
      if (paused() || requests.length === 0) continue;
      rows.prepend(...requests.map(rowOf).reverse());
      for (const row of [...rows.children].slice(capacity)) row.remove();
      await refreshFaults();
    } catch {
      connected(false);
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }
}

/** @param {boolean} yes */
function connected(yes) {
  const shown = byId('connection');
  shown.textContent = yes ? '' : 'The emulator does not answer.';
  shown.className = yes ? '' : 'bad';
}

function pauseButton() {
  const toggle = byId('log-pause');
  let paused = false;
  toggle.addEventListener('click', () => {
    paused = !paused;
    toggle.setAttribute('aria-pressed', String(paused));
    toggle.textContent = paused ? 'Go on' : 'Pause';
  });
  return () => paused;
}

/** @param {Request} request */
function rowOf({ time, method, path, status, bytesIn, bytesOut, message }) {
  const request = element('td', { className: 'target' }, visible(`${method} ${path}`));
  if (message) request.append(element('div', { className: 'bad' }, visible(message)));
  const row = element(
    'tr',
    {},
    element('td', {}, formatTime(time)),
    element(
      'td',
      { className: status >= 200 && status < 400 ? 'good' : 'bad' },
      status ? String(status) : 'cut',
    ),
    request,
    element('td', { className: 'number' }, formatBytes(bytesIn)),
    element('td', { className: 'number' }, formatBytes(bytesOut)),
  );
  applyFilter(row);
  return row;
}

/** @param {Element} row */
function applyFilter(row) {
  /** @type {HTMLInputElement} */
  const filter = byId('log-filter');
  if (row instanceof HTMLElement) row.hidden = !(row.textContent ?? '').includes(filter.value);
}
