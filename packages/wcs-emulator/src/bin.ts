import { readFileSync } from 'node:fs';
import { help, parseArguments } from './cli/parse-arguments.js';
import { announcement, serve } from './cli/serve.js';
import { WcsEmulatorError } from './errors.js';
import { isLoopbackHost } from './outbound/destination.js';

const command = parseArguments(process.argv.slice(2));
switch (command.kind) {
  case 'help':
    process.stdout.write(help);
    break;
  case 'version':
    process.stdout.write(`${packageVersion()}\n`);
    break;
  case 'misused':
    process.stderr.write(`wcs-emulator: ${command.message}\nTry wcs-emulator --help.\n`);
    process.exitCode = 2;
    break;
  case 'serve':
    await run(() => serve(command));
}

async function run(start: () => ReturnType<typeof serve>): Promise<void> {
  try {
    const emulator = await start();
    const stop = () => {
      emulator.close().catch(fail);
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    if (!isLoopbackHost(emulator.host)) {
      process.stderr.write(`wcs-emulator: warning: other machines can reach ${emulator.url}\n`);
    }
    process.stdout.write(announcement(emulator));
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  // What the user can mend needs no stack; everything else is ours.
  const text =
    error instanceof WcsEmulatorError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`wcs-emulator: ${text}\n`);
  process.exitCode = error instanceof WcsEmulatorError && /^INVALID_/.test(error.code) ? 2 : 1;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
