// A server that answers `GET /list` with pages of a listing that is never stored, in a process of its own. The keys
// have the same length, so a page is one text in which only digits change: the server does next to nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const OBJECTS = Number(process.argv[2]);
const PAGE = 1000;
const DIGITS = 12;

const item = (key: string) =>
  `{"key":"${key}","putTime":1700000000001,"hash":"FhYoAbc0000000000000000000000","fsize":1048576,"mimeType":"image/jpeg","expirationDate":"","storageClass":"Standard"}`;
const blank = `photos/2026/${'0'.repeat(DIGITS)}.jpg`;
const items = Array.from({ length: PAGE }, () => item(blank)).join(',');
const marker = '0'.repeat(DIGITS);
const page = Buffer.from(`{"marker":"${marker}","commonPrefixes":[],"items":[${items}]}`);
const markerAt = page.indexOf(marker);
const digitsAt = [...page.toString().matchAll(/photos\/2026\//g)].map(match => match.index + match[0].length);

const server = createServer((request, response) => {
  const from = Number(/marker=(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
  for (const [index, at] of digitsAt.entries()) page.write(String(from + index).padStart(DIGITS, '0'), at);
  const next = from + PAGE;
  const last = next >= OBJECTS;
  page.write(String(next).padStart(DIGITS, '0'), markerAt);
  // The last page has an empty marker.
  const body = last
    ? Buffer.from(page.toString().replace(/"marker":"\d+"/, '"marker":""'))
    : Buffer.from(page);
  response.setHeader('content-type', 'application/json');
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
