import { answerOf, uploadToken } from './service.js';

/**
 * Uploads a small file in one form (section 2.2).
 *
 * @param {import('./block-upload.js').UploadOrder} order
 */
export async function uploadForm({ bucket, key, file, signal, onProgress }) {
  const form = new FormData();
  form.set('token', await uploadToken(bucket, key));
  form.set('key', key);
  form.set('file', file);
  await answerOf(await fetch('/file/upload', { method: 'POST', body: form, signal }));
  onProgress(file.size);
}
