// A server that takes forms and gives objects of one content, in a process of its own. It knows the hash beforehand,
// so that it computes nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { etag, urlSafeBase64Encode } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';

const content = lcg(Number(process.argv[2]));
const hash = etag(content);
const stored = Buffer.from(urlSafeBase64Encode(`hash=${hash}`));
const head = {
  'content-length': content.length,
  'content-type': 'application/octet-stream',
  etag: `"${hash}"`,
};

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, head).end(content);
    return;
  }
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  request.on('end', () => {
    const whole = received === Number(request.headers['content-length']) && received > content.length;
    response.writeHead(whole ? 200 : 400, { 'content-length': stored.length }).end(stored);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
