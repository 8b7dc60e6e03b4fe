// Walks at random over the namespaces of two clusters, and prints each call that they answer differently; or records
// the answers of one:
// pnpm --filter @curve-wcs/curve-emulator namespace-walk CONF CONF
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { namespaceWalk, type WalkedCluster } from '../test/support/namespace-walk.js';

const USAGE = `usage: namespace-walk CONF CONF [--seeds FROM-TO] [--calls COUNT] [--password PASSWORD]
       namespace-walk CONF --record FILE …

CONF        the client.conf of a cluster
--seeds     which walks, 1-30 by default
--calls     how many calls of each, 400 by default
--password  the root user's, root_password by default
--record    writes the calls and their answers to a file`;

/** pnpm runs scripts in the package's folder, and tells in which it was called. */
const from = process.env['INIT_CWD'] ?? process.cwd();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1-30' },
    calls: { type: 'string', default: '400' },
    password: { type: 'string', default: 'root_password' },
    record: { type: 'string' },
  },
});
const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(values.seeds) ?? [];
if (first === '' || positionals.length !== (values.record === undefined ? 2 : 1)) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const clusters = positionals.map(clusterOf);
  const recorded: string[] = [];
  for (let seed = Number(first); seed <= Number(last); seed++) {
    const options = { seed, count: Number(values.calls) };
    const [one = [], other = one] = await Promise.all(
      clusters.map(cluster => namespaceWalk(cluster, options)),
    );
    recorded.push(`# seed ${seed}`, ...one);
    const differences = one.flatMap((line, index) =>
      line === other[index]
        ? []
        : [
            `  ${index} ${line}`,
            `  ${' '.repeat(String(index).length)} not ${other[index]?.split(' => ')[1]}`,
          ],
    );
    console.log(
      [`seed ${seed}: ${differences.length / 2} of ${one.length} differ`, ...differences].join('\n'),
    );
    if (differences.length > 0) process.exitCode = 1;
  }
  if (values.record !== undefined) writeFileSync(resolve(from, values.record), `${recorded.join('\n')}\n`);
}

function clusterOf(conf: string): WalkedCluster {
  const [, mds = ''] = /^mds\.listen\.addr=([^,\s]+)/m.exec(readFileSync(resolve(from, conf), 'utf8')) ?? [];
  return { mds, rootPassword: values.password };
}
