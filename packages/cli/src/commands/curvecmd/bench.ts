import type { CallOptions, CurveClient, Volume } from '@curve-wcs/curve-sdk';
import { usageError } from '../../cli-error.js';
import type { BenchResult, BenchTarget } from '../../curvecmd/bench/run-bench.js';
import { WORKLOADS, type Workload, writes } from '../../curvecmd/bench/workload.js';
import { OFFSET } from '../../curvecmd/common-options.js';
import { withClient } from '../../curvecmd/connect.js';
import { type CurveContext, curveCommand } from '../../curvecmd/curve-command.js';
import { formatBytes } from '../../terminal/quantities.js';

type BenchContext = CurveContext<
  'rw' | 'mix' | 'bs' | 'depth' | 'time' | 'size' | 'offset' | 'allow-write' | 'yes'
>;

export const bench = curveCommand({
  name: 'bench',
  usage: 'VOLUME',
  minimum: 1,
  maximum: 1,
  summary: 'measure operations per second, throughput and latency',
  details: `Reads or writes blocks of a region for some time, keeping --depth operations under way. Writing destroys what
the region holds, and therefore needs --allow-write. What is not allocated is read as zeros without asking a
chunkserver: write the region once before measuring reads. Ctrl-C ends it early, and shows what was measured.
`,
  options: [
    {
      long: 'rw',
      argument: 'WORKLOAD',
      values: WORKLOADS,
      description: 'read, write, randread, randwrite or randrw; default randread',
    },
    { long: 'mix', argument: 'PERCENT', description: 'share of reads in randrw; default 50' },
    { long: 'bs', argument: 'SIZE', description: 'bytes of an operation; default 4K' },
    { long: 'depth', argument: 'N', description: 'operations under way at a time; default 1' },
    { long: 'time', argument: 'TIME', description: 'how long; default 10s' },
    { long: 'size', argument: 'SIZE', description: 'bytes of the region; default up to the end' },
    OFFSET,
    { long: 'allow-write', description: 'let the region be overwritten' },
    { long: 'yes', short: 'y', description: 'the same' },
  ],
  examples: [
    'bench /vol1',
    'bench /scratch --rw randwrite --depth 64 --time 30s --size 1G --allow-write',
    'bench /scratch --rw read --bs 1M --depth 8 --json',
  ],
  async run(context) {
    const { io, operands } = context;
    const [path = ''] = operands;
    const wanted = wantedWorkload(context);
    await withClient(context, async (client, call) => {
      const volume = await client.open(path, call);
      const workload = withRegion(context, wanted, volume);
      if (workload.name !== 'write') await warnOfHoles(context, client, path, call);
      await measure(context, volume, workload, call);
    });
    io.signal.throwIfAborted();
  },
});

/** What the options say, checked as far as that takes no cluster. */
function wantedWorkload({ options }: BenchContext): Pick<Workload, 'name' | 'blockSize' | 'readShare'> {
  const name = options.choice('rw', WORKLOADS) ?? 'randread';
  if (writes(name) && !options.has('allow-write') && !options.has('yes')) {
    throw usageError(`${name} overwrites what the volume holds`, 'say --allow-write if that is all right');
  }
  const readShare = (options.wholeNumber('mix', 0, 100) ?? 50) / 100;
  return { name, blockSize: options.size('bs') ?? 4096, readShare };
}

/** Completes a workload by the region of a volume, of which only whole blocks are used. */
function withRegion(
  { options }: BenchContext,
  wanted: Pick<Workload, 'name' | 'blockSize' | 'readShare'>,
  { length, blockSize }: Volume,
): Workload {
  const offset = options.size('offset') ?? 0;
  const size = options.size('size') ?? length - offset;
  const multiples = { '--bs': wanted.blockSize, '--offset': offset };
  for (const [option, value] of Object.entries(multiples)) {
    if (value % blockSize !== 0)
      throw usageError(`${option} must be a multiple of ${blockSize} for this volume`);
  }
  if (offset + size > length) {
    throw usageError(`the region ends beyond the volume, which has ${length} bytes (${formatBytes(length)})`);
  }
  if (wanted.blockSize === 0 || size < wanted.blockSize)
    throw usageError('the region has no room for one block');
  return { ...wanted, offset, size: size - (size % wanted.blockSize) };
}

async function warnOfHoles(
  { out }: BenchContext,
  client: CurveClient,
  path: string,
  call: CallOptions,
): Promise<void> {
  const { length, allocated } = await client.usage(path, call);
  if (allocated >= length) return;
  out.notice(
    `${formatBytes(allocated)} of ${formatBytes(length)} are allocated; what is not is read without asking a chunkserver`,
  );
}

async function measure(
  { io, out, options }: BenchContext,
  volume: Volume,
  workload: Workload,
  { deadline }: CallOptions,
): Promise<void> {
  const { runBench } = await import('../../curvecmd/bench/run-bench.js');
  const { reportBench } = await import('../../curvecmd/bench/report-bench.js');
  const { statusLine } = await import('../../terminal/status-line.js');
  const depth = options.wholeNumber('depth', 1, 4096) ?? 1;
  const time = options.duration('time') ?? 10_000;
  const status = await statusLine(io, { enabled: !out.quiet });
  const description = { path: volume.path, depth, workload };
  const target: BenchTarget = {
    read: read => volume.read({ ...read, deadline }),
    write: (data, write) => volume.write(data, { ...write, deadline }),
  };
  const onOperation = (result: BenchResult) => status?.show(() => progressOf(result, time));
  try {
    const result = await runBench(target, { workload, depth, time, signal: io.signal, onOperation });
    status?.stop();
    reportBench(out, description, result);
  } finally {
    status?.stop();
  }
}

function progressOf({ seconds, read, write }: BenchResult, time: number): string {
  const operations = read.operations + write.operations;
  return `${seconds.toFixed(0)} of ${time / 1000} s  ${Math.round(operations / seconds)} operations/s`;
}
