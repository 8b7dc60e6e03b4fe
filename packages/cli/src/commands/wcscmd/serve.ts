import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { orSayHowToGet } from '../../optional-package.js';
import { OptionValues } from '../../options/option-values.js';
import { shellQuote } from '../../shell-quote.js';
import { untilAborted } from '../../until-aborted.js';
import type { StandaloneCommand } from '../../wcscmd/command.js';
import type { WcscmdOptionName } from '../../wcscmd/wcscmd-options.js';

/** Tells the .wcscfg of an earlier start from that of an account. */
const ACCESS_KEY = 'wcs-emulator';

export const serve: StandaloneCommand = {
  name: 'serve',
  standalone: true,
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'run a service for development and tests',
  details: `Until Ctrl-C. It speaks the protocol of WCS, on this machine only, and keeps its data in --folder, or in a
temporary folder that is removed at the end. It writes a .wcscfg for itself into that folder. Its page shows
what it holds and does, and can make it fail.
`,
  async run({ io, out, options }) {
    const values = new OptionValues<WcscmdOptionName>(options);
    const port = values.wholeNumber('port', 0, 65_535);
    const given = values.text('folder');
    const folder = given === undefined ? undefined : resolve(io.cwd, given);
    const buckets = (values.text('bucket') ?? 'demo').split(',');
    const { startWcsEmulator, WcsEmulatorError } = await orSayHowToGet(
      '@curve-wcs/wcs-emulator',
      () => import('@curve-wcs/wcs-emulator'),
    );
    const emulator = await startWcsEmulator({
      buckets,
      accessKey: ACCESS_KEY,
      secretKey: await secretKeyOf(folder),
      ...(folder === undefined ? {} : { dataDir: folder }),
      ...(port === undefined ? {} : { port }),
    }).catch(error => {
      if (!(error instanceof WcsEmulatorError)) throw error;
      const status = error.code === 'INVALID_OPTION' ? ExitCode.usage : ExitCode.failed;
      throw new CliError(status, error.message, { cause: error });
    });
    try {
      const config = join(emulator.dataDir, '.wcscfg');
      await writeConfigText(config, emulator.clientConfig);
      const { url, dataDir } = emulator;
      const page = `${url}/-/control/`;
      out.result(
        { config, url, page, buckets: buckets.join(' '), data: dataDir },
        { config, url, page, buckets, dataDir },
      );
      out.notice(`in another shell: export WCS_CONFIG=${shellQuote(config)}`);
      await untilAborted(io);
    } finally {
      await emulator.close();
    }
  },
};

/**
 * The key of an earlier start, by the configuration in the folder; else one that nobody knows.
 *
 * @throws CliError if that configuration is another one, which would be replaced
 */
async function secretKeyOf(folder: string | undefined): Promise<string> {
  const made = randomBytes(24).toString('base64url');
  if (folder === undefined) return made;
  const { readConfig, WcsError } = await import('@curve-wcs/wcs-sdk');
  const path = join(folder, '.wcscfg');
  const config = await readConfig(path).catch(error => {
    const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
    if (error instanceof WcsError && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw error;
  });
  if (!config) return made;
  const { access_key: accessKey, secret_key: secretKey } = config.settings;
  if (accessKey === ACCESS_KEY && secretKey !== '') return secretKey;
  throw new CliError(ExitCode.failed, `${path} is not of an earlier serve, and would be replaced`, {
    hint: 'choose another folder',
  });
}

/** Only its owner can read it, whatever was there before. */
async function writeConfigText(path: string, text: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new CliError(ExitCode.failed, `cannot write ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
