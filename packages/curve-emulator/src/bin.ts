import { readFileSync } from 'node:fs';
import { help, parseArguments } from './cli/parse-arguments.js';
import { CurveEmulatorError } from './errors.js';
import type { CurveEmulatorOptions } from './options.js';
import { type CurveEmulator, startCurveEmulator } from './start-curve-emulator.js';

const command = parseArguments(process.argv.slice(2));
switch (command.kind) {
  case 'help':
    process.stdout.write(help);
    break;
  case 'version':
    process.stdout.write(`${packageVersion()}\n`);
    break;
  case 'misused':
    process.stderr.write(`curve-emulator: ${command.message}\nTry curve-emulator --help.\n`);
    process.exitCode = 2;
    break;
  case 'serve':
    await serve(command.options);
}

async function serve(options: CurveEmulatorOptions): Promise<void> {
  try {
    const emulator = await startCurveEmulator(options);
    const stop = () => {
      emulator.close().catch(fail);
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    process.stdout.write(announcement(emulator));
  } catch (error) {
    fail(error);
  }
}

/** What is printed once all of the cluster listens. */
function announcement({
  clientConfPath,
  mdsAddresses,
  chunkserverAddresses,
  snapshotAddresses,
  controlUrl,
}: CurveEmulator): string {
  return [
    `client.conf: ${clientConfPath}`,
    `control: ${controlUrl}`,
    `mds: ${mdsAddresses.join(' ')}`,
    `snapshot-clone: ${snapshotAddresses.join(' ')}`,
    `chunkservers: ${chunkserverAddresses.join(' ')}\n`,
  ].join('\n');
}

function fail(error: unknown): void {
  // What the user can mend needs no stack; everything else is ours.
  const text =
    error instanceof CurveEmulatorError
      ? error.message
      : error instanceof Error
        ? error.stack
        : String(error);
  process.stderr.write(`curve-emulator: ${text}\n`);
  process.exitCode = error instanceof CurveEmulatorError && error.code === 'INVALID_OPTION' ? 2 : 1;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
