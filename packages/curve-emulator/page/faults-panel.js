import { button, byId, element } from './dom.js';
import { visible } from './format.js';
import { control, postControl } from './service.js';

/** Lists the fault rules, and lets them be added and removed. */
export async function startFaults() {
  /** @type {HTMLFormElement} */
  const form = byId('fault-form');
  form.addEventListener('submit', async event => {
    event.preventDefault();
    await act(() => postControl('faults', ruleOf(new FormData(form))));
  });
  await act(async () => {});
}

/**
 * Does something, then shows the rules as they are now, with how often each has acted.
 *
 * @param {() => Promise<unknown>} change
 */
async function act(change) {
  const note = byId('fault-note');
  note.textContent = '';
  try {
    await change();
    const { faults } = await control('faults');
    byId('fault-list').replaceChildren(...faults.map(describe));
  } catch (error) {
    note.textContent = error instanceof Error ? visible(error.message) : String(error);
  }
}

/** Shows again how often the rules have acted. */
export async function refreshFaults() {
  if (byId('fault-list').childElementCount > 0) await act(async () => {});
}

/** @param {FormData} form */
function ruleOf(form) {
  const text = (/** @type {string} */ name) => String(form.get(name) ?? '').trim();
  const nth = text('nth')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  return {
    match: {
      ...(text('role') && { role: text('role') }),
      ...(text('method') && { method: text('method') }),
      ...(text('port') && { port: Number(text('port')) }),
      ...(nth.length > 0 && { nth }),
      ...(text('times') && { times: Number(text('times')) }),
    },
    do: text('do')
      .split(',')
      .map(action => action.trim()),
  };
}

/** @param {{ id: string, rule: { match?: object, do: unknown }, matched: number, fired: number }} fault */
function describe({ id, rule, matched, fired }) {
  const actions = [rule.do]
    .flat()
    .map(action => (typeof action === 'string' ? action : JSON.stringify(action)));
  const conditions = Object.entries(rule.match ?? {}).map(
    ([name, value]) => `${name} ${JSON.stringify(value)}`,
  );
  return element(
    'li',
    {},
    element('strong', {}, visible(actions.join(', '))),
    visible(` for ${conditions.join(', ') || 'every call'}; acted on ${fired} of ${matched} `),
    button('Remove', () => act(() => control(`faults?id=${encodeURIComponent(id)}`, { method: 'DELETE' }))),
  );
}
