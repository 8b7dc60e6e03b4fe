import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError, usageError } from '../../cli-error.js';
import { STATUS_OPTIONS, statusOptions } from '../../curvecmd/cluster/status-options.js';
import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { ExitCode } from '../../exit-code.js';
import { untilAborted } from '../../until-aborted.js';

const DEFAULT = '127.0.0.1:9010';

export const exporter = curveCommand({
  name: 'exporter',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'tell Prometheus how the cluster is doing',
  details: `Until Ctrl-C, at http://ADDRESS/metrics. The cluster is asked whenever that is: its state, chunkservers,
copysets and space. Anybody may ask; no user need be named.
`,
  options: [
    ...STATUS_OPTIONS,
    {
      long: 'listen',
      argument: 'ADDRESS',
      description: `IP:PORT, or a port of this machine; default ${DEFAULT}`,
    },
  ],
  examples: ['exporter', 'exporter --listen 0.0.0.0:9010 --etcd 10.0.0.1:2379'],
  async run(context) {
    const { io, out, options } = context;
    const { host, port } = parseAddress(options.text('listen') ?? DEFAULT);
    const cluster = statusOptions(options);
    await withCluster(context, async client => {
      const { createServer } = await import('node:http');
      const { CurveExporter } = await import('@curve-wcs/curve-sdk/exporter');
      using metrics = new CurveExporter(client, { cluster });
      const server = createServer(metrics.handler);
      await listening(server, host, port);
      try {
        const address = server.address() as AddressInfo;
        const url = `http://${address.address}:${address.port}/metrics`;
        out.result({ metrics: url }, { metrics: url });
        await untilAborted(io);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  },
});

function parseAddress(text: string): { host: string; port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:([\d.]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== '' && Number(port) <= 65_535) return { host, port: Number(port) };
  throw usageError(`--listen must be IP:PORT or PORT; it is ${JSON.stringify(text)}`);
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(ExitCode.failed, `cannot listen on ${host}:${port}: ${message}`, { cause: error });
  }
}
