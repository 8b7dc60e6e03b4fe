import { usageError } from './cli-error.js';

/** A command, as data: its file and its line in its tool's registry are all there is to add. */
export interface Command<Context> {
  readonly name: string;
  /** Other names of it. */
  readonly aliases?: readonly string[];
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
  run(context: Context): Promise<void>;
}

type Signature = Pick<Command<never>, 'name' | 'usage' | 'minimum' | 'maximum'>;

/** The name of a command and its arguments, as help shows them. */
export function commandLine({ name, usage }: Pick<Command<never>, 'name' | 'usage'>): string {
  return `${name} ${usage}`.trimEnd();
}

/** Fails unless there are as many arguments as a command takes. */
export function checkOperands(tool: string, command: Signature, operands: readonly string[]): void {
  const usage = `usage: ${tool} ${commandLine(command)}`;
  if (operands.length < command.minimum) throw usageError(`not enough arguments for ${command.name}`, usage);
  if (operands.length > command.maximum) throw usageError(`too many arguments for ${command.name}`, usage);
}

/** The first lines of a command's help. */
export function commandIntroduction(
  tool: string,
  command: Pick<Command<never>, 'name' | 'usage' | 'summary' | 'details'>,
): string {
  const { summary, details } = command;
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return `Usage: ${tool} [options] ${commandLine(command)}\n\n${sentence}\n${details}`;
}
