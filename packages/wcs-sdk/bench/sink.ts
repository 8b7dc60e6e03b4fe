// A server that takes the three requests of a block upload and throws the bytes away, in a process of its own.
// What it must know to answer rightly (the CRC-32 of every block, the etags by size) comes in a file, so that it
// computes nothing.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const known = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as {
  crc32: number;
  etags: Record<string, string>;
};

const server = createServer((request, response) => {
  const [, operation, size, index] = (request.url ?? '').split('/');
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (operation === 'mkfile') response.end(JSON.stringify({ hash: known.etags[size ?? ''] }));
    else if (received !== Number(size)) response.writeHead(400).end();
    else response.end(JSON.stringify({ ctx: `ctx${index}`, crc32: known.crc32, offset: received }));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// Whoever asks is told how much of the processor it took so far.
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => process.exit());
