import type { CliIo } from '../cli-io.js';
import type { Command } from '../command.js';
import type { OptionDefinition } from '../options/option-definition.js';
import type { OptionValues } from '../options/option-values.js';
import type { Output } from '../terminal/output.js';
import type { CurvecmdOptionName } from './curvecmd-options.js';

/** What a command works with. */
export interface CurveContext<Name extends string = never> {
  io: CliIo;
  out: Output;
  /** The command's name. */
  command: string;
  /** The options given, those of every command among them. */
  options: OptionValues<Name | CurvecmdOptionName>;
  /** The command's arguments; their number has been checked. */
  operands: readonly string[];
}

/** A command of `curvecmd`. */
export interface CurveCommand<Name extends string = string> extends Command<CurveContext<Name>> {
  /** Options of its own. */
  readonly options: readonly OptionDefinition<Name>[];
  /** Command lines for help, without `curvecmd`. */
  readonly examples: readonly string[];
}

/** Checks that a command reads only options that it has. */
export function curveCommand<const Name extends string>(command: CurveCommand<Name>): CurveCommand {
  return command;
}
