import type { CliIo } from '../cli-io.js';
import type { Output } from '../terminal/output.js';
import type { LoadedConfig } from './load-config.js';
import type { WcscmdOptionValues } from './wcscmd-options.js';

/** What a command works with. */
export interface CommandContext {
  io: CliIo;
  out: Output;
  /** The settings in force, options included. */
  config: LoadedConfig;
  /** The options given. */
  options: WcscmdOptionValues;
  /** The command's arguments; their number has been checked. */
  operands: readonly string[];
}

/** A command, as data: its file and its line in the registry are all there is to add. */
export interface Command {
  readonly name: string;
  /** The arguments, as help shows them. */
  readonly usage: string;
  /** Fewest arguments. */
  readonly minimum: number;
  /** Most arguments. */
  readonly maximum: number;
  /** What it does, in one line. */
  readonly summary: string;
  /** The rest of what there is to know, in lines of up to 100 characters. */
  readonly details: string;
  /** Does it. Whatever is heavy is imported here, so that help stays fast. */
  run(context: CommandContext): Promise<void>;
}
