import type { WcsError } from '@curve-wcs/wcs-sdk';
import { CliError, HintedFailure } from '../../cli-error.js';
import { parseDays } from '../../commands/wcscmd/setdeadline.js';
import { ExitCode } from '../../exit-code.js';
import { WrongSetting } from '../wrong-setting.js';

const PARAMETER_ERROR = 'wcs.commons.error_deal.ParameterError';

/** Settings whose wrong values the official tool lives with. */
const TOLERATED = ['limit', 'block_size', 'bput_size'];

/**
 * Which failures the official tool does not catch: they end it with a traceback and exit status 1, all others with 0.
 *
 * @param words - command and arguments, as far as they could be read
 * @returns Python's name of the error
 */
export function uncaughtBy(words: readonly string[], error: unknown): string | undefined {
  const [command, ...operands] = words;
  if (error instanceof HintedFailure) return uncaughtBy(words, error.cause);
  if (error instanceof WrongSetting) return TOLERATED.includes(error.setting) ? undefined : PARAMETER_ERROR;
  if (error instanceof CliError) {
    if (error.exitCode === ExitCode.config) return 'TypeError';
    return command === 'setdeadline' && operands.length === 2 && !isDays(operands[1])
      ? 'ValueError'
      : undefined;
  }
  if (isWcsError(error)) {
    if (error.code === 'CONFIG') return PARAMETER_ERROR;
    return isUpload(command) && error.code === 'SOURCE_FAILED' ? 'ValueError' : undefined;
  }
  return error instanceof Error && 'syscall' in error ? 'OSError' : 'RuntimeError';
}

/** Whether a command uploads a file. */
export function isUpload(command: string | undefined): boolean {
  return command === 'put' || command === 'multiput';
}

function isDays(text: string | undefined): boolean {
  try {
    parseDays(text ?? '');
    return true;
  } catch {
    return false;
  }
}

/** By its name, so that nothing of the SDK need be loaded to look at an error of another kind. */
function isWcsError(error: unknown): error is WcsError {
  return error instanceof Error && error.name === 'WcsError';
}
