// Makes the addon of this platform and puts it where packing finds it: prebuilds/<target>/curve_native.node.
// Usage: prebuild [--max-glibc 2.28] [--built] [--if-missing]
//   --max-glibc   fails if the addon needs a newer glibc than this
//   --built       takes the addon as it was last built
//   --if-missing  does nothing where there is one already
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAddon } from '../src/addon/build-addon.js';
import { targetName, thisTarget } from '../src/addon/target.js';
import { describeBinary, exportedSymbols, prebuildFile, shortcomings } from './binaries.js';

const { values } = parseArgs({
  options: {
    'max-glibc': { type: 'string' },
    built: { type: 'boolean' },
    'if-missing': { type: 'boolean' },
  },
});

const target = thisTarget();
const file = prebuildFile(target);
if (!(values['if-missing'] && existsSync(file))) prebuild();

function prebuild(): void {
  const unfinished = join(dirname(file), `unfinished-${process.pid}.node`);
  const built = join(dirname(file), '..', '..', 'native', 'build', 'Release', 'curve_native.node');
  try {
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(values.built ? built : buildAddon(), unfinished);
    execFileSync('strip', process.platform === 'darwin' ? ['-x', unfinished] : [unfinished]);
    process.stderr.write(`${targetName(target)}: ${describeBinary(unfinished, target)}\n`);
    const problems = [
      ...shortcomings(unfinished, target, values['max-glibc']),
      ...exportedSymbols(unfinished).map(symbol => `it exports ${symbol}`),
    ];
    if (problems.length > 0) throw new Error(`not fit to be shipped: ${problems.join('; ')}`);
    load(unfinished);
    // Whoever packs meanwhile sees a whole file, or none.
    renameSync(unfinished, file);
  } catch (error) {
    process.stderr.write(`prebuild: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Loads it in a process of its own, which has none of what this one has loaded, and makes a client. */
function load(addon: string): void {
  const program = `
    process.dlopen(module, process.argv[1]);
    new module.exports.Client({ 'mds.listen.addr': '127.0.0.1:1' }, new Float64Array(2), () => {});`;
  execFileSync(process.execPath, ['-e', program, addon]);
}
