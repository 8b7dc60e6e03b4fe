import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packed } from './packed.js';

/** A Curve cluster that runs as a program of its own, from its tarball. */
export interface PackedEmulator extends AsyncDisposable {
  mdsAddress: string;
  clientConf: string;
}

export async function startPackedEmulator(): Promise<PackedEmulator> {
  const program = join(packed.everything, 'node_modules', '.bin', 'curve-emulator');
  const emulator = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(emulator, 'exit');
  const facts: Record<string, string> = {};
  for await (const line of createInterface(emulator.stdout)) {
    const [name, value] = line.split(': ');
    if (name && value) facts[name] = value;
    if (facts['chunkservers']) break;
  }
  emulator.stdout.resume();
  return {
    mdsAddress: facts['mds'] ?? '',
    clientConf: readFileSync(facts['client.conf'] ?? '', 'utf8'),
    async [Symbol.asyncDispose]() {
      emulator.kill();
      await ended;
    },
  };
}
