import { open } from 'node:fs/promises';
import { Agent, request } from 'node:http';

/** What the upload is measured against: node:http and nothing else, sending the same blocks of the same file. */
export async function bareUpload({
  port,
  path,
  blockSize,
  concurrency,
}: {
  port: number;
  path: string;
  blockSize: number;
  concurrency: number;
}): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const file = await open(path);
  const { size } = await file.stat();
  let next = 0;
  const worker = async () => {
    const memory = Buffer.allocUnsafe(blockSize);
    for (;;) {
      const index = next++;
      const start = index * blockSize;
      if (start >= size) return;
      const length = Math.min(blockSize, size - start);
      await file.read(memory, 0, length, start);
      await post(agent, port, `/mkblk/${length}/${index}`, memory.subarray(0, length));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await post(agent, port, `/mkfile/${size}`, Buffer.from('ctx'));
  await file.close();
  agent.destroy();
}

function post(agent: Agent, port: number, path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-length': body.length } },
      response => {
        response.resume();
        response.on('end', resolve);
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
