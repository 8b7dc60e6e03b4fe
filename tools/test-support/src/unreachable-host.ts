import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** An address on loopback where connections come to nothing. */
export interface UnreachableHost extends AsyncDisposable {
  readonly port: number;
}

// Listens, and then never looks at what has come in.
const listener = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: workerData, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10);
  });
`;

/**
 * What a host is like that is switched off, or behind a firewall that drops: nothing answers a connection's first packet,
 * for the queue of those that nobody accepts is full.
 *
 * @param port - any that is free, by default
 */
export async function unreachableHost(port = 0): Promise<UnreachableHost> {
  const worker = new Worker(listener, { eval: true, workerData: port });
  const [bound] = (await once(worker, 'message')) as [number];
  const sockets: Socket[] = [];
  let full = false;
  while (!full) {
    const socket = connect(bound, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    full = await Promise.race([once(socket, 'connect').then(() => false), wait(500).then(() => true)]);
  }
  return {
    port: bound,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await worker.terminate();
    },
  };
}
