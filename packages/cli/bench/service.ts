import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WcsClient } from '@curve-wcs/wcs-sdk';
import { script } from './measure.js';

/** An emulator in a process of its own, a client of it, and a folder that is home and current folder of commands. */
export class Service implements AsyncDisposable {
  readonly home: string;
  readonly client: WcsClient;
  readonly #emulator: ChildProcess;

  private constructor(home: string, client: WcsClient, emulator: ChildProcess) {
    this.home = home;
    this.client = client;
    this.#emulator = emulator;
  }

  static async start(settings: string): Promise<Service> {
    const home = mkdtempSync(join(tmpdir(), 'curve-wcs-truth-'));
    const emulator = fork(script('emulator.ts'), { execArgv: ['--import', 'tsx'] });
    const [config] = (await once(emulator, 'message')) as [string];
    mkdirSync(join(home, 'records'));
    const path = join(home, '.wcscfg');
    writeFileSync(path, `${config}tmp_record_folder = ${join(home, 'records')}\n${settings}`);
    return new Service(home, await WcsClient.fromConfig(path), emulator);
  }

  /** What commands are told of where they run. */
  get env(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.home, XDG_STATE_HOME: join(this.home, 'state') };
  }

  /** The content of an object; undefined if there is none. */
  async content(key: string): Promise<Buffer | undefined> {
    try {
      return (await this.client.download({ bucket: 'demo', key })).data;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#emulator.disconnect();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Content that differs in every 4 KiB, and from one call to the next. */
export function content(length: number): Buffer {
  const mark = String(Math.random());
  const bytes = Buffer.alloc(length, mark);
  for (let at = 0; at + 4 <= length; at += 4096) bytes.writeUInt32LE((Math.random() * 2 ** 32) >>> 0, at);
  return bytes;
}
