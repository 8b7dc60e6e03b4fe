import { blockSize, sentEarlier, uploadInBlocks } from './block-upload.js';
import { button, byId, element } from './dom.js';
import { uploadForm } from './form-upload.js';
import { formatBytes, visible } from './format.js';
import { control } from './service.js';

/** How often is looked for uploads of others, in milliseconds. */
const period = 1000;
/** More blocks than this are not drawn. */
const drawnBlocks = 2000;

/**
 * Uploads a file and shows how it goes. An upload that failed or was stopped can be resumed.
 *
 * @param {string} bucket
 * @param {string} key
 * @param {File} file
 * @param {() => void} onStored
 */
export function startUpload(bucket, key, file, onStored) {
  const bar = element('progress', { max: Math.max(1, file.size), value: 0 });
  const state = element('span', { className: 'note' });
  const actions = element('span', {});
  const name = element('strong', { className: 'name' }, visible(`${bucket}:${key}`));
  byId('own-uploads').prepend(element('li', {}, name, ' ', state, ' ', actions, bar));

  /** @param {number} sent */
  const onProgress = sent => {
    bar.value = sent;
    state.textContent = `${formatBytes(sent)} of ${formatBytes(file.size)}`;
  };
  const run = async () => {
    const stopping = new AbortController();
    actions.replaceChildren(button('Stop', () => stopping.abort()));
    const order = { bucket, key, file, signal: stopping.signal, onProgress };
    const inBlocks = file.size > blockSize;
    state.className = 'note';
    onProgress(inBlocks ? sentEarlier(order) : 0);
    try {
      await (inBlocks ? uploadInBlocks : uploadForm)(order);
      bar.value = bar.max;
      state.className = 'good';
      state.textContent = `stored, ${formatBytes(file.size)}`;
      actions.replaceChildren();
      onStored();
    } catch (error) {
      const why = stopping.signal.aborted ? 'stopped' : `interrupted: ${messageOf(error)}`;
      const kept = inBlocks
        ? `, ${formatBytes(sentEarlier(order))} of ${formatBytes(file.size)} are kept`
        : '';
      state.className = 'bad';
      state.textContent = why + kept;
      actions.replaceChildren(button(inBlocks ? 'Resume' : 'Retry', run));
    }
  };
  return run();
}

/** @param {unknown} error */
function messageOf(error) {
  return visible(error instanceof Error ? error.message : String(error));
}

/** Shows the uploads in blocks of all clients, as long as the page is there. */
export async function watchUploads() {
  const list = byId('open-uploads');
  for (;;) {
    if (!document.hidden) {
      const { uploads } = await control('uploads').catch(() => ({ uploads: [] }));
      list.replaceChildren(...uploads.map(describeUpload));
    }
    await new Promise(resolve => setTimeout(resolve, period));
  }
}

/**
 * @param {{ bucket: string, batch: string, blocks: { index: number, size: number, received: number }[] }} upload
 */
function describeUpload({ bucket, batch, blocks }) {
  const received = blocks.reduce((sum, block) => sum + block.received, 0);
  const complete = blocks.filter(block => block.received === block.size).length;
  const text = `${complete} of ${blocks.length} blocks complete, ${formatBytes(received)}`;
  const squares = blocks.slice(0, drawnBlocks).map(({ index, size, received: bytes }) =>
    element('i', {
      className: bytes === size ? 'complete' : 'partial',
      title: `block ${index}: ${formatBytes(bytes)} of ${formatBytes(size)}`,
    }),
  );
  return element(
    'li',
    {},
    element('strong', { className: 'name' }, visible(bucket)),
    ` ${visible(batch || 'without a name')}: ${text}`,
    element('div', { className: 'blocks' }, ...squares),
  );
}
