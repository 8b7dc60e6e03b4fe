import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../../cli-error.js';
import { printStatus } from '../../curvecmd/cluster/print-status.js';
import { STATUS_OPTIONS, statusOptions } from '../../curvecmd/cluster/status-options.js';
import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { ExitCode } from '../../exit-code.js';

const INTERVAL = 2000;
/** Home, and all behind it away: what was there before does not flicker. */
const CLEAR = '\u001b[H\u001b[J';

export const status = curveCommand({
  name: 'status',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'tell whether the cluster is well, and if not, why',
  details: `Ends with status 0 if it is healthy, and 1 if it is degraded or down, so that monitoring can use it. Every
chunkserver is asked for its copysets. Anybody may ask; no user need be named.
`,
  options: [
    ...STATUS_OPTIONS,
    { long: 'watch', short: 'w', description: 'again and again, until Ctrl-C' },
    { long: 'interval', argument: 'TIME', description: '--watch: asks this often; default 2s' },
  ],
  examples: ['status', 'status --watch', 'status --etcd 10.0.0.1:2379,10.0.0.2:2379 --json'],
  async run(context) {
    const { io, out, options } = context;
    const asked = statusOptions(options);
    const interval = options.duration('interval') ?? INTERVAL;
    const state = await withCluster(context, async (client, call) => {
      for (;;) {
        const found = await client.cluster.status({ ...asked, ...call });
        if (options.has('watch') && out.tabular && !out.json) out.text(CLEAR);
        if (out.json && options.has('watch')) out.record(found);
        else if (out.json) out.value(found);
        else printStatus(out, found);
        if (!options.has('watch')) return found.state;
        await sleep(interval, undefined, { signal: io.signal });
      }
    });
    if (state !== 'healthy') throw new CliError(ExitCode.failed, `the cluster is ${state}`);
  },
});
