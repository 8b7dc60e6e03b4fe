import { resolve } from 'node:path';
import { CliError } from '../../cli-error.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { ExitCode } from '../../exit-code.js';
import { orSayHowToGet } from '../../optional-package.js';
import { shellQuote } from '../../shell-quote.js';
import { untilAborted } from '../../until-aborted.js';

export const serve = curveCommand({
  name: 'serve',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'run a cluster for development and tests',
  details: `Until Ctrl-C. It speaks the protocol of Curve and keeps its data in a folder, without replicas or any other
protection. Its root user is root with the password root_password. Faults can be added, leaders moved and
servers stopped over its control address.
`,
  options: [
    { long: 'data-dir', argument: 'FOLDER', description: 'keep the data there; default a temporary folder' },
    { long: 'mds', argument: 'N', description: 'how many metadata servers; default 1' },
    { long: 'chunkservers', argument: 'N', description: 'how many chunkservers; default 3' },
    { long: 'host', argument: 'ADDRESS', description: 'listen on this IPv4 address; default 127.0.0.1' },
    { long: 'port', argument: 'PORT', description: 'the first of the ports; default any that are free' },
  ],
  examples: ['serve', 'serve --data-dir ./cluster --chunkservers 6 --port 6666'],
  async run({ io, out, options }) {
    const { CurveEmulatorError, startCurveEmulator } = await importEmulator();
    const dataDir = options.text('data-dir');
    const mds = options.wholeNumber('mds', 1, 100);
    const chunkservers = options.wholeNumber('chunkservers', 1, 1000);
    const portBase = options.wholeNumber('port', 0, 65_535);
    const host = options.text('host');
    const emulator = await startCurveEmulator({
      ...(dataDir === undefined ? {} : { dataDir: resolve(io.cwd, dataDir) }),
      ...(mds === undefined ? {} : { mds }),
      ...(chunkservers === undefined ? {} : { chunkservers }),
      ...(portBase === undefined ? {} : { portBase }),
      ...(host === undefined ? {} : { host }),
    }).catch(error => {
      if (!(error instanceof CurveEmulatorError)) throw error;
      const status = error.code === 'INVALID_OPTION' ? ExitCode.usage : ExitCode.failed;
      throw new CliError(status, error.message, { cause: error });
    });
    try {
      const { clientConfPath: conf, mdsAddresses, chunkserverAddresses, controlUrl: control } = emulator;
      const { snapshotAddresses } = emulator;
      out.result(
        {
          'client.conf': conf,
          mds: mdsAddresses.join(' '),
          chunkservers: chunkserverAddresses.join(' '),
          'snapshot-clone': snapshotAddresses.join(' '),
          control,
          data: emulator.dataDir,
        },
        {
          ...{
            conf,
            mds: mdsAddresses,
            chunkservers: chunkserverAddresses,
            snapshotClone: snapshotAddresses,
          },
          ...{ control, dataDir: emulator.dataDir },
        },
      );
      out.notice(`try: curvecmd --conf ${shellQuote(conf)} --user alice create /vol1 --size 10G`);
      await untilAborted(io);
    } finally {
      await emulator.close();
    }
  },
});

/** The emulator is an optional dependency: clients of a cluster need none. */
const importEmulator = () =>
  orSayHowToGet('@curve-wcs/curve-emulator', () => import('@curve-wcs/curve-emulator'));
