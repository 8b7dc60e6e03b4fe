// Sets up everything a fresh clone needs (the pinned pnpm, the dependencies, the build), then runs the
// turbo tasks named on the command line. Everything it downloads stays in .cache/ and node_modules/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePnpm, environment } from './pinned-pnpm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache');

requireNode(20, 19);
const pnpm = ensurePnpm(root);
installDependencies();
run(process.execPath, [join(root, 'scripts', 'check-layers.mjs')]);
turbo(['build', '--output-logs=errors-only']);

const tasks = process.argv.slice(2);
if (tasks.length > 0) process.exitCode = runTasks(tasks);

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Node.js ${major}.${minor} or newer is needed; this is ${process.versions.node}.`);
}

/** Runs `pnpm install` only when the lockfile or a manifest changed since the last time. */
function installDependencies() {
  const stamp = join(cache, 'installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .update(readFileSync(join(root, 'package.json')))
    .update(process.version)
    .digest('hex');
  const have = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (have === wanted && existsSync(join(root, 'node_modules', '.modules.yaml'))) return;
  console.log('Installing dependencies …');
  const quiet = ['--reporter=append-only', '--loglevel=warn'];
  // What was installed in another folder, before the clone was copied or moved, is installed anew without a question.
  const copied = '--config.confirm-modules-purge=false';
  run(process.execPath, [pnpm, 'install', '--frozen-lockfile', copied, ...quiet]);
  writeFileSync(stamp, wanted);
}

function runTasks(names) {
  const status = turbo(
    [...names, '--concurrency=2', '--continue=dependencies-successful', '--output-logs=new-only'],
    {
      check: false,
    },
  );
  const tests = names.filter(name => /^test(:|$)/.test(name));
  if (tests.length === 0) return status;
  return (
    run(process.execPath, [join(root, 'scripts', 'test-summary.mjs'), ...tests], { check: false }) || status
  );
}

function turbo(args, options) {
  return run(process.execPath, [pnpm, 'exec', 'turbo', 'run', ...args], options);
}

function run(command, args, { check = true } = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment(root, pnpm),
  });
  if (error) fail(`Could not run ${command}: ${error.message}`);
  if (signal) process.kill(process.pid, signal);
  if (check && status !== 0) fail(`\`${[command, ...args].join(' ')}\` ended with status ${status}.`);
  return status;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
