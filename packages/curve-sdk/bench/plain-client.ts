import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends requests of so many bytes and waits for answers of so many, `depth` under way, over one plain socket. */
export async function plainExchange(options: {
  port: number;
  operations: number;
  depth: number;
  request: number;
  answer: number;
}): Promise<void> {
  const { port, operations, depth, request, answer } = options;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const body = Buffer.alloc(request);
  let sent = 0;
  let received = 0;
  const done = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', chunk => {
      const before = Math.floor(received / answer);
      received += chunk.length;
      const answered = Math.floor(received / answer);
      for (let more = before; more < answered && sent < operations; more++, sent++) socket.write(body);
      if (answered === operations) resolve();
    });
  });
  for (; sent < Math.min(depth, operations); sent++) socket.write(body);
  await done;
  socket.destroy();
}
