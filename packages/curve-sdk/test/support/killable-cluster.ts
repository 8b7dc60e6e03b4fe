import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { CurveEmulatorOptions } from '@curve-wcs/curve-emulator';
import { exitOf, messageOf, temporaryFolder } from '@curve-wcs/test-support';

/** Where an emulator in another process is. */
interface Addresses {
  readonly clientConfPath: string;
  readonly snapshotAddresses: readonly string[];
  readonly controlUrl: string;
}

/** An emulator in a process of its own that can be killed, and goes on from its folder at the same ports. */
export class KillableCluster implements AsyncDisposable {
  readonly #dataDir = temporaryFolder();
  readonly #options: CurveEmulatorOptions;
  #portBase: number | undefined;
  #child: ChildProcess | undefined;
  addresses: Addresses = { clientConfPath: '', snapshotAddresses: [], controlUrl: '' };

  constructor(options: CurveEmulatorOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#portBase !== undefined) return this.#run(this.#portBase);
    for (let attempt = 1; this.#portBase === undefined; attempt++) {
      // Below the ports that systems give to whoever asks for any.
      const portBase = randomInt(10_000, 19_000);
      try {
        await this.#run(portBase);
        this.#portBase = portBase;
      } catch (error) {
        if (attempt === 10) throw error;
      }
    }
  }

  /** Ends the process as a crash would, and starts another one over what it left. */
  async crash(): Promise<void> {
    this.#child?.kill('SIGKILL');
    if (this.#child) await exitOf(this.#child);
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#child) return;
    if (this.#child.connected) this.#child.disconnect();
    await exitOf(this.#child);
  }

  async #run(portBase: number): Promise<void> {
    const program = fileURLToPath(new URL('./cluster-process.ts', import.meta.url));
    const options = JSON.stringify({ ...this.#options, dataDir: this.#dataDir, portBase });
    this.#child = fork(program, [options], { execArgv: ['--import', 'tsx'] });
    this.addresses = await messageOf(this.#child);
  }
}
