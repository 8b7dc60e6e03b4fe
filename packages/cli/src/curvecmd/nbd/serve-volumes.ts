import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExportStatistics, NbdAddress, NbdExport, NbdServer, NbdTlsOptions } from '@curve-wcs/curve-nbd';
import type { CurveClient } from '@curve-wcs/curve-sdk';
import { usageError } from '../../cli-error.js';
import { stateFolder } from '../../state-folder.js';
import { formatBytes } from '../../terminal/quantities.js';
import { untilAborted } from '../../until-aborted.js';
import { withClient } from '../connect.js';
import type { CurveContext } from '../curve-command.js';
import { runCaptive } from './captive-command.js';
import { nbdAddresses } from './nbd-addresses.js';
import { nbdFailure } from './nbd-failure.js';
import type { NbdOptionName } from './nbd-options.js';
import { registeredConf } from './registered-conf.js';

type NbdContext = CurveContext<NbdOptionName>;

/** Milliseconds that requests under way have at the end. */
const GRACE = 30_000;

/** Serves volumes until this process is told to end, or the captive command has. */
export async function serveVolumes(context: NbdContext): Promise<void> {
  const tls = tlsOptions(context);
  const { NbdError } = await import('@curve-wcs/curve-nbd');
  try {
    await withClient(
      context,
      async client => {
        const exports = await openAll(context, client);
        const folder = context.options.has('run')
          ? await mkdtemp(join(tmpdir(), 'curvecmd-nbd-'))
          : undefined;
        try {
          await serve(context, exports, addresses(context, folder), tls);
        } finally {
          await Promise.all(exports.map(one => one.close().catch(() => {})));
          if (folder !== undefined) await rm(folder, { recursive: true, force: true });
        }
      },
      { read: registeredConf },
    );
  } catch (error) {
    throw error instanceof NbdError ? nbdFailure(error) : error;
  }
}

/** All volumes, or none. */
async function openAll(context: NbdContext, client: CurveClient): Promise<NbdExport[]> {
  const { io, options, operands } = context;
  const { exportVolume } = await import('@curve-wcs/curve-nbd');
  const exports: NbdExport[] = [];
  try {
    for (const path of operands) {
      exports.push(
        await exportVolume(client, path, {
          readOnly: options.has('read-only'),
          shared: options.has('shared'),
          wait: options.duration('wait'),
          stateFolder: stateFolder(io.env, 'nbd'),
          signal: io.signal,
          deadline: options.duration('deadline'),
        }),
      );
    }
    return exports;
  } catch (error) {
    await Promise.all(exports.map(one => one.close().catch(() => {})));
    throw error;
  }
}

async function serve(
  context: NbdContext,
  exports: readonly NbdExport[],
  listen: readonly NbdAddress[] | undefined,
  tls: NbdTlsOptions | undefined,
): Promise<void> {
  const { io, out, options } = context;
  const { serveNbd } = await import('@curve-wcs/curve-nbd');
  const server = await serveNbd({
    ...{ exports, listen, tls },
    unencrypted: options.has('unencrypted'),
    onProblem: ({ export: name, message }) =>
      out.warning(name === undefined ? message : `${name}: ${message}`),
  });
  const tell = () => tellStatistics(context, server);
  // Node.js would start its debugger.
  process.on('SIGUSR1', tell);
  try {
    const command = options.text('run');
    if (command === undefined) {
      tellReady(context, server, exports);
      await untilAborted(io);
    } else {
      io.isServing = true;
      await runCaptive(command, server.uris, io);
    }
  } finally {
    process.off('SIGUSR1', tell);
    await server.close({ deadline: options.duration('grace') ?? GRACE });
    if (!options.has('run')) tell();
    else if (out.verbose) tell();
  }
}

function addresses(
  { io, options }: NbdContext,
  folder: string | undefined,
): readonly NbdAddress[] | undefined {
  const named = nbdAddresses(options.texts('listen'), options.texts('socket'), io);
  if (named.length > 0) return named;
  return folder === undefined ? undefined : [{ socket: join(folder, 'socket') }];
}

function tlsOptions({ io, options }: NbdContext): NbdTlsOptions | undefined {
  const [folder, file] = [options.text('tls-certificates'), options.text('tls-psk')];
  if (folder !== undefined && file !== undefined) {
    throw usageError('--tls-certificates and --tls-psk exclude each other');
  }
  if (folder === undefined && file === undefined) {
    for (const name of ['tls-verify-peer', 'tls-optional'] as const) {
      if (options.has(name)) throw usageError(`--${name} needs --tls-certificates or --tls-psk`);
    }
    return undefined;
  }
  return {
    ...(folder === undefined ? {} : { certificates: resolve(io.cwd, folder) }),
    ...(file === undefined ? {} : { psk: resolve(io.cwd, file) }),
    verifyPeer: options.has('tls-verify-peer'),
    optional: options.has('tls-optional'),
  };
}

function tellReady({ out }: NbdContext, server: NbdServer, exports: readonly NbdExport[]): void {
  const { uris, addresses } = server;
  if (out.json) {
    const told = exports.map(({ name, size, isReadOnly }) => ({ name, size, readOnly: isReadOnly }));
    out.record({ event: 'ready', uris, addresses, exports: told });
  } else {
    for (const uri of uris) out.line(uri);
  }
}

function tellStatistics({ out }: NbdContext, server: NbdServer): void {
  const statistics = server.statistics();
  if (out.json) out.record({ event: 'statistics', exports: statistics });
  else for (const [name, figures] of Object.entries(statistics)) out.notice(`${name}: ${inWords(figures)}`);
}

function inWords(figures: ExportStatistics): string {
  const { reads, writes, trims, zeroes, flushes, blockStatuses, errors, inFlight, connections } = figures;
  const done = [
    `${reads} reads (${formatBytes(figures.bytesRead)})`,
    `${writes} writes (${formatBytes(figures.bytesWritten)})`,
    `${trims} trims`,
    `${zeroes} zero writes`,
    `${flushes} flushes`,
    `${blockStatuses} block statuses`,
    `${errors} errors`,
  ].join(', ');
  return connections === 0 ? done : `${done}; ${connections} connected, ${inFlight} under way`;
}
