import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { bed, GiB, MiB, run } from './bed.js';

const PATTERN = 165;
const BLOCK = 65_536;

/** Kills the server while qemu writes; qemu connects again by itself, and all that it wrote is there. */
export async function reconnected(times: number): Promise<string> {
  await using disk = await bed(10 * GiB);
  const image = `driver=nbd,server.type=unix,server.path=${disk.socket},export=disk,reconnect-delay=60,open-timeout=60`;
  // As many rounds over the same blocks as the kills take time.
  const blocks = (64 * MiB) / BLOCK;
  let rounds = 0;
  let over = false;
  const writing = (async () => {
    for (; !over || rounds === 0; rounds++) {
      await run(
        ...(['qemu-img', 'bench', '-w', `--pattern=${PATTERN}`, '-c', String(blocks), '-d', '32'] as const),
        ...['-s', String(BLOCK), '--image-opts', `driver=raw,file.${image.replaceAll(',', ',file.')}`],
      );
    }
  })();
  const failed = writing.then(
    () => undefined,
    error => error,
  );
  for (let round = 0; round < times; round++) {
    await connection(disk.socket);
    await pause(300 * Math.random());
    await disk.stopServer('SIGKILL');
    await disk.startServer();
  }
  over = true;
  const error = await failed;
  if (error !== undefined) throw error;
  await run('qemu-io', '-f', 'raw', '-c', `read -P ${PATTERN} 0 64M`, disk.uri);
  return `${times} kills, ${rounds} runs of qemu-img bench`;
}

/** Waits until somebody is connected to a socket: beside the one that is listened on there is another. */
async function connection(socket: string): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    const sockets = await readFile('/proc/net/unix', 'utf8');
    if (sockets.split(socket).length > 2) return;
    await pause(20);
  }
  throw new Error('nobody has connected');
}
