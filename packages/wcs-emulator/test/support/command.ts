import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Server } from './test-client.js';

const binary = fileURLToPath(new URL('../../bin/wcs-emulator.js', import.meta.url));

/** A running command. */
export type Process = ChildProcessByStdio<null, Readable, Readable>;

/** Starts the command for the running test. */
export function start(...args: string[]): Process {
  const child = spawn(process.execPath, [binary, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs to the end. */
export async function run(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(...args);
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Starts a server, and reads what it says about itself. */
export async function serve(
  ...args: string[]
): Promise<{ child: Process; server: Server; settings: string }> {
  const child = start(...args);
  let settings = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    settings += String(chunk);
    if (settings.includes('mgr_url')) break;
  }
  const setting = (name: string) => new RegExp(`^${name} = (.+)$`, 'm').exec(settings)?.[1] ?? '';
  const server = {
    url: setting('mgr_url'),
    accessKey: setting('access_key'),
    secretKey: setting('secret_key'),
  };
  return { child, server, settings };
}

/** Sends a signal, and waits for the end: its exit status and signal. */
export async function stop(child: Process, signal: NodeJS.Signals): Promise<unknown[]> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return exit;
}
