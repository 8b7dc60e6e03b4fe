import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Measured, MIB, type Workload } from './workload.js';

// The C++ side of the benchmark: a server that is never the slow one, and the client to compare with.

const run = promisify(execFile);
const sources = fileURLToPath(new URL('server/', import.meta.url));
const built = fileURLToPath(new URL('server/build/', import.meta.url));

/** Compiles what is missing or older than its sources. */
export async function buildPrograms(): Promise<void> {
  mkdirSync(built, { recursive: true });
  const files = readdirSync(sources).filter(name => /\.(cc|h)$/.test(name));
  const newest = Math.max(...files.map(name => statSync(sources + name).mtimeMs));
  for (const name of ['memory_server', 'plain_client']) {
    const program = built + name;
    if (existsSync(program) && statSync(program).mtimeMs > newest) continue;
    const flags = ['-std=c++17', '-O2', '-Wall', '-Wextra'];
    await run(process.env['CXX'] ?? 'c++', [...flags, `${sources}${name}.cc`, '-o', program]);
  }
}

/** A cluster that answers from memory, in a process of its own. */
export interface MemoryServer extends Disposable {
  readonly mdsPort: number;
  /** Of the first of its chunkservers. */
  readonly chunkserverPort: number;
}

export async function startMemoryServer(): Promise<MemoryServer> {
  const server = spawn(`${built}memory_server`, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [ports] = (await once(createInterface(server.stdout), 'line')) as [string];
  const [mdsPort = 0, chunkserverPort = 0] = ports.split(' ').map(Number);
  return { mdsPort, chunkserverPort, [Symbol.dispose]: () => server.stdin.end() };
}

/** Lets the plain client do a workload. */
export async function plainClient(
  port: number,
  { kind, size, depth }: Workload,
  milliseconds: number,
): Promise<Measured> {
  const { stdout } = await run(`${built}plain_client`, [port, kind, size, depth, milliseconds].map(String));
  const [operations = 0, seconds = 0, cpu = 0, p50 = 0, p99 = 0, p999 = 0] = stdout.split(' ').map(Number);
  return {
    ...{ operations, rate: operations / seconds, megabytes: (operations * size) / seconds / MIB },
    ...{ p50, p99, p999, loopDelay: 0 },
    cpu: { js: 0, io: 0, other: (cpu / operations) * 1e6 },
  };
}
