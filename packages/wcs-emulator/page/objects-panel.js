import { button, byId, cautiousButton, element } from './dom.js';
import { formatBytes, formatDate, visible } from './format.js';
import { control, entry, manage, urlSafeBase64 } from './service.js';
import { startUpload } from './uploads-panel.js';

const pageSize = 200;

/** What is shown: a folder ends with `/`, or is empty. */
const view = { bucket: '', folder: '', marker: '' };

/** Fills the list of buckets, and shows the first one. */
export async function startObjects() {
  const { url, buckets, accessKeys } = await control('status');
  byId('address').textContent = `${url}, access key ${accessKeys.map(visible).join(' and ')}`;
  /** @type {HTMLSelectElement} */
  const select = byId('bucket');
  select.append(
    ...buckets.map((/** @type {string} */ name) => element('option', { value: name }, visible(name))),
  );
  select.addEventListener('change', () => show(select.value, ''));
  byId('more').addEventListener('click', () => loadPage());
  acceptFiles();
  if (buckets.length > 0) await show(buckets[0], '');
  else byId('listing-note').textContent = 'There are no buckets. Start the emulator with --bucket NAME.';
}

/**
 * @param {string} bucket
 * @param {string} folder
 */
async function show(bucket, folder) {
  Object.assign(view, { bucket, folder, marker: '' });
  const steps = folder.split('/').slice(0, -1);
  byId('folder').replaceChildren(
    button('all', () => show(bucket, '')),
    ...steps.flatMap((step, i) => [
      ' / ',
      button(visible(step), () => show(bucket, `${steps.slice(0, i + 1).join('/')}/`)),
    ]),
  );
  byId('listing').replaceChildren();
  await loadPage();
}

async function refresh() {
  await show(view.bucket, view.folder);
}

async function loadPage() {
  const { bucket, folder, marker } = view;
  const query = new URLSearchParams({ bucket, limit: String(pageSize), mode: '1' });
  if (folder) query.set('prefix', urlSafeBase64(folder));
  if (marker) query.set('marker', marker);
  const note = byId('listing-note');
  note.className = 'note';
  try {
    const page = await manage('GET', bucket, `/list?${query}`);
    if (view.bucket !== bucket || view.folder !== folder) return;
    view.marker = page.marker;
    byId('listing').append(...page.commonPrefixes.map(folderRow), ...page.items.map(objectRow));
    byId('more').hidden = page.marker === '';
    note.textContent = byId('listing').childElementCount === 0 ? 'Nothing is stored here.' : '';
  } catch (error) {
    note.className = 'note bad';
    note.textContent = error instanceof Error ? visible(error.message) : String(error);
  }
}

/** @param {string} prefix */
function folderRow(prefix) {
  const name = visible(prefix.slice(view.folder.length));
  const open = button(name, () => show(view.bucket, prefix));
  return element('tr', {}, element('td', { className: 'name', colSpan: 5 }, open));
}

/** @param {{ key: string, fsize: number, putTime: number, mimeType: string }} object */
function objectRow({ key, fsize, putTime, mimeType }) {
  const { bucket, folder } = view;
  const address = `/-/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const name = key.slice(key.lastIndexOf('/') + 1) || key;
  const row = element(
    'tr',
    {},
    element('td', { className: 'name' }, visible(key.slice(folder.length))),
    element('td', { className: 'number' }, formatBytes(fsize)),
    element('td', {}, formatDate(putTime)),
    element('td', {}, visible(mimeType)),
    element(
      'td',
      {},
      element('a', { href: address, download: name }, 'Download'),
      ' ',
      button('Details', () => showDetails(bucket, key)),
      cautiousButton('Delete', 'Really delete', async () => {
        await manage('POST', bucket, `/delete/${entry(bucket, key)}`);
        row.remove();
      }),
    ),
  );
  return row;
}

/**
 * @param {string} bucket
 * @param {string} key
 */
async function showDetails(bucket, key) {
  const stat = await manage('GET', bucket, `/stat/${entry(bucket, key)}`);
  /** @type {HTMLDialogElement} */
  const dialog = byId('details');
  const [title, list] = [dialog.querySelector('h2'), dialog.querySelector('dl')];
  if (title) title.textContent = visible(`${bucket}:${key}`);
  list?.replaceChildren(
    ...Object.entries(stat).flatMap(([name, value]) => [
      element('dt', {}, name),
      element('dd', {}, visible(String(value))),
    ]),
  );
  dialog.showModal();
}

/** Takes files that are dropped or chosen. */
function acceptFiles() {
  const drop = byId('drop');
  /** @param {FileList | null | undefined} files */
  const take = files => {
    for (const file of files ?? []) void startUpload(view.bucket, view.folder + file.name, file, refresh);
  };
  drop.addEventListener('dragover', event => {
    event.preventDefault();
    drop.classList.add('over');
  });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    take(event.dataTransfer?.files);
  });
  /** @type {HTMLInputElement} */
  const input = byId('files');
  input.addEventListener('change', () => {
    take(input.files);
    input.value = '';
  });
}
