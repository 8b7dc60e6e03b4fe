// The other side of the benchmark, in a process of its own: a cluster, and a plain TCP server that answers every
// request of so many bytes with so many bytes, which is what the wire and the kernel cost without a protocol.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';

const [request = 0, answer = 0] = process.argv.slice(2).map(Number);
const cluster = await startCurveEmulator({ chunkservers: 3, durability: 'fast' });
const reply = Buffer.alloc(answer);
const plain = createServer(socket => {
  let pending = 0;
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', chunk => {
    pending += chunk.length;
    for (; pending >= request; pending -= request) socket.write(reply);
  });
});
plain.listen(0, '127.0.0.1', () => {
  process.send?.({ conf: cluster.clientConfPath, port: (plain.address() as AddressInfo).port });
});
process.on('disconnect', async () => {
  await cluster.close();
  process.exit();
});
