import type { WcsError } from '@curve-wcs/wcs-sdk';
import { CliError, HintedFailure } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { isPythonLiteral } from '../../python/python-integer.js';
import { UnsetAddress } from '../load-config.js';
import { FolderAsSource } from '../upload-command.js';
import { WrongSetting } from '../wrong-setting.js';
import { uncaughtSetting } from './official-settings.js';

/** Commands that take the bucket out of their first argument without a look at it. */
const SPLITTING = ['list', 'listall', 'deletePrefix'];

const PARAMETER_ERROR = 'wcs.commons.error_deal.ParameterError';

/**
 * Which failures the official tool does not catch: they end it with a traceback and exit status 1, all others with 0.
 *
 * @param words - command and arguments, as far as they could be read
 * @returns Python's name of the error
 */
export function uncaughtBy(words: readonly string[], error: unknown): string | undefined {
  const [command, ...operands] = words;
  if (error instanceof HintedFailure) return uncaughtBy(words, error.cause);
  if (error instanceof WrongSetting) return uncaughtSetting(command, error);
  if (error instanceof CliError) {
    // Without an address it asks all the same, and is told that there is none.
    if (error instanceof UnsetAddress) return undefined;
    if (error instanceof FolderAsSource) return command === 'put' ? 'ValueError' : 'IsADirectoryError';
    if (error.exitCode === ExitCode.config) return 'TypeError';
    if (SPLITTING.includes(command ?? '') && operands.length === 2 && !operands[0]?.includes('wcs://')) {
      return 'IndexError';
    }
    return command === 'setdeadline' && operands.length === 2 && !isPythonLiteral(operands[1] ?? '')
      ? 'ValueError'
      : undefined;
  }
  if (isWcsError(error)) {
    if (error.code === 'CONFIG') return PARAMETER_ERROR;
    if (error.code !== 'SOURCE_FAILED') return undefined;
    // The one looks whether there is a file, the other opens it.
    if (command === 'put') return 'ValueError';
    return command === 'multiput' ? systemErrorName(error.cause) : undefined;
  }
  return error instanceof Error && 'syscall' in error ? systemErrorName(error) : 'RuntimeError';
}

/** What Python calls an error of the system. */
function systemErrorName(error: unknown): string {
  return SYSTEM_ERRORS[(error as NodeJS.ErrnoException | undefined)?.code ?? ''] ?? 'OSError';
}

const SYSTEM_ERRORS: Record<string, string> = {
  ENOENT: 'FileNotFoundError',
  ENOTDIR: 'NotADirectoryError',
  EACCES: 'PermissionError',
};

/** By its name, so that nothing of the SDK need be loaded to look at an error of another kind. */
function isWcsError(error: unknown): error is WcsError {
  return error instanceof Error && error.name === 'WcsError';
}
