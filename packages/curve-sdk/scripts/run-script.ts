// Runs a script of the transcripts' little language on a cluster, and prints the same lines (test/vectors/SCRIPT.md):
// pnpm --filter @curve-wcs/curve-sdk run run-script FILE CONF [--promises]
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CBDClient } from '../src/index.js';
import { ScriptError } from '../src/script/command.js';
import { ScriptRunner } from '../src/script/runner.js';

const USAGE = `usage: run-script FILE CONF [--promises]

FILE        the script; - for standard input
CONF        the client.conf that the words "init client.conf" in it stand for
--promises  make the calls as promises instead of in this thread`;

/** What scripts call the configuration of the cluster they run on. */
const PLACEHOLDER = 'client.conf';

/** pnpm runs scripts in the package's folder, and tells in which it was called. */
const from = process.env['INIT_CWD'] ?? process.cwd();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { promises: { type: 'boolean', default: false } },
});
const [file, conf] = positionals;
if (file === undefined || conf === undefined || positionals.length > 2) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const client = new CBDClient();
  const runner = new ScriptRunner(client, {
    print: line => console.log(line),
    config: word => (word === PLACEHOLDER ? resolve(from, conf) : word),
    form: values.promises ? 'promise' : 'sync',
  });
  try {
    await runner.run(readFileSync(file === '-' ? 0 : resolve(from, file), 'utf8'));
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  } finally {
    await client.UnInitAsync();
  }
}
