import type { FormPart } from '@curve-wcs/wcs-sdk';
import type { CliIo } from '../cli-io.js';
import type { Command } from '../command.js';
import type { Output } from '../terminal/output.js';
import type { CommandObserver } from './command-observer.js';
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
  /** Looks on. */
  observer?: CommandObserver;
  /** How a form labels the file that is stored under a key, if not as ever. */
  formPart?(key: string): FormPart;
}

/** A command that has nothing to do with an account, and needs no configuration. */
export interface StandaloneCommand extends Command<StandaloneContext> {
  readonly standalone: true;
}

/** What such a command works with. */
export type StandaloneContext = Omit<CommandContext, 'config'>;

/** A command of `wcscmd`. */
export type WcscmdCommand = (Command<CommandContext> & { readonly standalone?: false }) | StandaloneCommand;
