import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from './cli-io.js';

/** Where the tools keep what they remember from one run to the next: `$XDG_STATE_HOME/curve-wcs/NAME`. */
export function stateFolder(env: CliIo['env'], name: string): string {
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(state, 'curve-wcs', name);
}
