import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What fio does over and over. */
export interface Job {
  readonly name: string;
  readonly rw: 'randread' | 'randwrite' | 'read' | 'write';
  /** Bytes of one operation. */
  readonly size: number;
  readonly depth: number;
}

/** What came of it. */
export interface Measured {
  /** Operations per second. */
  readonly rate: number;
  readonly megabytes: number;
  /** Median latency in µs. */
  readonly p50: number;
  readonly operations: number;
}

/** The part of the disk that is read and written: the same for all. */
const REGION = 256 * 2 ** 20;

/** Lets fio's NBD client do a job for so long. */
export async function fio(uri: string, { rw, size, depth }: Job, milliseconds: number): Promise<Measured> {
  const { stdout } = await run('fio', [
    ...['--name=job', '--ioengine=nbd', `--uri=${uri}`, `--rw=${rw}`, `--bs=${size}`],
    ...[`--iodepth=${depth}`, `--size=${REGION}`, '--time_based', `--runtime=${milliseconds}ms`],
    ...['--output-format=json', '--norandommap', '--randrepeat=0'],
  ]);
  const [job] = JSON.parse(stdout.slice(stdout.indexOf('{'))).jobs;
  const side = rw.endsWith('read') ? job.read : job.write;
  return {
    rate: side.iops,
    megabytes: side.bw_bytes / 2 ** 20,
    p50: side.clat_ns.percentile['50.000000'] / 1000,
    operations: side.total_ios,
  };
}
