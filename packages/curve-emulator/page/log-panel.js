import { byId, element } from './dom.js';
import { refreshFaults } from './faults-panel.js';
import { formatBytes, formatTime, visible } from './format.js';
import { control } from './service.js';

/** How many requests stay on the page. */
const capacity = 500;
/** How long the emulator may wait for a request before it answers, in milliseconds. */
const wait = 15_000;
/** The pause after a failure, and that after news: under load there are always some. */
const pause = { failure: 1000, news: 200 };

/**
 * @typedef {{ number: number, time: number, role: string, port: number, service: string, method: string, request: Record<string, string>, ok: boolean, outcome: string, attachmentIn: number, attachmentOut: number }} Request
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
      if (requests.length === 0) continue;
      await sleep(pause.news);
      if (paused()) continue;
      rows.prepend(...requests.map(rowOf).reverse());
      for (const row of [...rows.children].slice(capacity)) row.remove();
      await refreshFaults();
    } catch {
      connected(false);
      await sleep(pause.failure);
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

/** @param {number} milliseconds */
function sleep(milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

/** @param {Request} request */
function rowOf({ time, role, port, service, method, request, ok, outcome, attachmentIn, attachmentOut }) {
  const fields = Object.entries(request).map(([name, value]) => `${name}=${value}`);
  const target = element(
    'td',
    { className: 'target', title: service },
    element('strong', {}, visible(method)),
  );
  target.append(visible(` ${fields.join(' ')}`));
  const row = element(
    'tr',
    {},
    element('td', {}, formatTime(time)),
    element('td', {}, `${role === 'mds' ? 'MDS' : 'chunkserver'} ${port}`),
    target,
    element('td', { className: ok ? 'good' : 'bad' }, outcome),
    element('td', { className: 'number' }, formatBytes(attachmentIn)),
    element('td', { className: 'number' }, formatBytes(attachmentOut)),
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
