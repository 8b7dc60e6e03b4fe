import { onTestFinished } from 'vitest';
import { type NbdProblem, type NbdServer, type ServeNbdOptions, serveNbd } from '../../src/index.js';
import { MemoryExport } from './memory-export.js';
import { NbdClient, type NbdClientOptions } from './nbd-client.js';

/** A server for the running test, on a free port unless it says otherwise, and what it complained of. */
export async function serve(options: Partial<ServeNbdOptions> = {}) {
  const problems: NbdProblem[] = [];
  const server = await serveNbd({
    exports: [new MemoryExport()],
    listen: { port: 0 },
    onProblem: problem => problems.push(problem),
    ...options,
  });
  onTestFinished(() => server.close({ deadline: 1000 }).catch(() => {}));
  const [address = ''] = server.addresses;
  return { server, address, problems };
}

/** A server with one disk in memory, and a client in transmission. */
export async function disk(
  options: Partial<ServeNbdOptions> & { client?: NbdClientOptions; disk?: MemoryExport } = {},
) {
  const { client: how, disk = new MemoryExport(), ...rest } = options;
  const served = await serve({ exports: [disk], ...rest });
  const client = await connected(served.server, disk.name, how);
  return { ...served, disk, client };
}

/** A client in transmission. */
export async function connected(
  server: NbdServer,
  name: string,
  options?: NbdClientOptions,
): Promise<NbdClient> {
  const client = await NbdClient.to(server.addresses[0] ?? '', name, options);
  onTestFinished(() => client.destroy());
  return client;
}
