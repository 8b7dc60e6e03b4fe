import { byId, element } from './dom.js';
import { formatTime, visible } from './format.js';
import { control } from './service.js';

/** How often is looked for news, in milliseconds. */
const period = 1000;

/** What the codes of the service mean (section 2.8). */
/** @type {Record<number, string>} */
const jobStates = {
  0: 'waiting',
  1: 'running',
  3: 'done',
  4: 'notifying',
  5: 'notification failed',
  6: 'notified',
};
/** @type {Record<number, string>} */
const itemStates = { 0: 'waiting', 1: 'running', 2: 'failed', 3: 'done' };
const itemFailed = 2;

/**
 * @typedef {{ command: string, code: number, error?: string }} JobItem
 * @typedef {{ id: string, kind: string, code: number, createdAt: number, commands: number, items: JobItem[] }} Job
 */

/** Shows the newest jobs and how far they are, as long as the page is there. */
export async function watchJobs() {
  const list = byId('job-list');
  let shown = '';
  for (;;) {
    if (!document.hidden) {
      const { jobs } = await control('jobs').catch(() => ({ jobs: [] }));
      // What is unchanged stays, and with it what somebody opened or selected.
      if (shown !== JSON.stringify(jobs)) list.replaceChildren(...jobs.map(describe));
      shown = JSON.stringify(jobs);
    }
    await new Promise(resolve => setTimeout(resolve, period));
  }
}

/** @param {Job} job */
function describe({ id, kind, code, createdAt, commands, items }) {
  const failed = items.filter(item => item.code === itemFailed).length;
  const state = jobStates[code] ?? String(code);
  const outcome = failed > 0 ? `${state}, ${failed} of ${commands} failed` : state;
  const summary = element(
    'summary',
    {},
    element('strong', {}, visible(kind)),
    ` ${formatTime(createdAt)}, ${commands} ${commands === 1 ? 'command' : 'commands'}: `,
    element('span', { className: failed > 0 || code === 5 ? 'bad' : '' }, outcome),
  );
  const rows = items.map(item =>
    element(
      'li',
      {},
      element('code', {}, visible(item.command)),
      ` ${itemStates[item.code] ?? item.code}`,
      ...(item.error ? [element('div', { className: 'bad' }, visible(item.error))] : []),
    ),
  );
  return element(
    'li',
    {},
    element('details', {}, summary, element('p', { className: 'note' }, id), element('ul', {}, ...rows)),
  );
}
