import { parseArgs } from 'node:util';
import type { CurveEmulatorOptions } from '../options.js';

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'serve'; options: CurveEmulatorOptions }
  /** The command line makes no sense. */
  | { kind: 'misused'; message: string };

/** The text of `--help`. */
export const help = `Usage: curve-emulator [options]

Serves a Curve cluster from a folder, and prints where its client.conf is.

Options:
  --data-dir FOLDER   keep the data there (default: a temporary folder, removed at the end)
  --mds N             how many MDSs (default: 1)
  --chunkservers N    how many chunkservers (default: 3)
  --host ADDRESS      listen on this IPv4 address (default: 127.0.0.1)
  --port-base PORT    the first of the ports (default: 0, any that are free)
  --help              print this text
  --version           print the version
`;

/** Reads the arguments, without those of Node.js itself. */
export function parseArguments(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        mds: { type: 'string' },
        chunkservers: { type: 'string' },
        host: { type: 'string' },
        'port-base': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values.version) return { kind: 'version' };
    const options: CurveEmulatorOptions = {};
    if (values['data-dir'] !== undefined) options.dataDir = values['data-dir'];
    if (values.host !== undefined) options.host = values.host;
    if (values.mds !== undefined) options.mds = wholeNumber('--mds', values.mds);
    if (values.chunkservers !== undefined) {
      options.chunkservers = wholeNumber('--chunkservers', values.chunkservers);
    }
    if (values['port-base'] !== undefined) options.portBase = wholeNumber('--port-base', values['port-base']);
    return { kind: 'serve', options };
  } catch (error) {
    return { kind: 'misused', message: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(option: string, value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new Error(`${option} ${value} is not a whole number`);
  return Number(value);
}
