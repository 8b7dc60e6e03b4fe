import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A snapshot-clone service for examples: everything is done when it is asked about. */
export interface FinishedSnapshots extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
}

export async function finishedSnapshots(): Promise<FinishedSnapshots> {
  const server = createServer((request, response) => {
    // One answer a connection, as the service gives them.
    response.writeHead(200, { connection: 'close' }).end(JSON.stringify(answerTo(request.url ?? '')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerTo(request: string): object {
  const TotalCount = 1;
  const done = { UUID: 'u', User: 'alice', Time: 1, Progress: 100 };
  if (request.includes('GetFileSnapshotInfo')) {
    const about = { File: '/vol1', Name: 'before-upgrade', SeqNum: 1, FileLength: 1, Status: 0 };
    return { Code: '0', TotalCount, Snapshots: [{ ...done, ...about }] };
  }
  const about = { File: '/vol1-copy', Src: 'u', TaskType: 0, FileType: 1, TaskStatus: 0, NextStep: 8 };
  return { Code: '0', UUID: 'u', TotalCount, TaskInfos: [{ ...done, ...about, IsLazy: true }] };
}
