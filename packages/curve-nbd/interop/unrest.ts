import { setTimeout as pause } from 'node:timers/promises';
import { type Bed, bed, GiB, run } from './bed.js';

/** Milliseconds that a server is away, and that there is peace afterwards. */
const AWAY = 200;

/** Lets fio write, read and verify at depth 64 while each chunkserver and the leading MDS stop and start. */
export async function verifiedUnderUnrest(megabytes: number): Promise<string> {
  await using disk = await bed(10 * GiB);
  const job = run(
    'fio',
    ...['--name=verify', '--ioengine=nbd', `--uri=${disk.uri}`, '--rw=randrw', '--bs=4k', '--iodepth=64'],
    ...[`--size=${megabytes}m`, '--verify=crc32c', '--verify_fatal=1', '--verify_backlog=1024'],
    ...['--randrepeat=0', '--verify_state_save=0', '--output-format=json', '--loops=3'],
  );
  let over = false;
  const unrest = stopAndStart(disk.cluster, () => over);
  const told = await job.finally(() => {
    over = true;
  });
  const stopped = await unrest;
  const [{ error, read, write }] = JSON.parse(told.slice(told.indexOf('{'))).jobs;
  if (error !== 0) throw new Error(`fio: error ${error}`);
  if (stopped < 8) throw new Error(`only ${stopped} servers were stopped meanwhile`);
  return `${write.total_ios} writes, ${read.total_ios} reads and verifications, ${stopped} servers stopped`;
}

/** Stops and starts each server in turn, the MDS always the one that leads; says how many. */
async function stopAndStart(cluster: Bed['cluster'], isOver: () => boolean): Promise<number> {
  let stopped = 0;
  for (let turn = 0; !isOver(); turn++) {
    const id = (turn % 3) + 1;
    await cluster.stopChunkserver(id);
    await pause(AWAY);
    await cluster.startChunkserver(id);
    await pause(AWAY);
    const leader = turn % 2;
    await cluster.stopMds(leader);
    await pause(AWAY);
    await cluster.startMds(leader);
    stopped += 2;
  }
  return stopped;
}
