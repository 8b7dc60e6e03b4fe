// A server that answers `GET /list` for the files of a tree that is made of a pattern, in a process of its own. Nothing is
// stored: 100,000 uploads would take longer than what is measured.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyOf, PUT_TIME } from './tree.js';

const [objects, size, hash] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const PAGE = 1000;

const server = createServer((request, response) => {
  const from = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('marker') ?? 0);
  const end = Math.min(objects, from + PAGE);
  const items = Array.from({ length: end - from }, (_, index) => ({
    key: `tree/${keyOf(from + index)}`,
    putTime: PUT_TIME,
    hash,
    fsize: size,
    mimeType: 'text/plain',
    expirationDate: '',
    storageClass: 'Standard',
  }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ marker: end < objects ? String(end) : '', commonPrefixes: [], items }));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
