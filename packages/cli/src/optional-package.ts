import { CliError } from './cli-error.js';
import { ExitCode } from './exit-code.js';

/** Imports a package that need not be installed; where it is not, the error says how to get it. */
export async function orSayHowToGet<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(name)) throw error;
    throw new CliError(ExitCode.failed, `the package ${name} is not installed`, {
      hint: `install it beside @curve-wcs/cli: npm install --global ${name}`,
      cause: error,
    });
  }
}
