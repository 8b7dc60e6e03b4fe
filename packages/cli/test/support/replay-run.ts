import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { affine, lcg, temporaryFolder } from '@curve-wcs/test-support';
import { vi } from 'vitest';
import { runCrc64Cal, runEtagCal, runWcscmd } from '../../src/index.js';
import { commandOf, type RecordedCase, type RecordedRequest, recordedConfig } from './recorded-case.js';
import { startReplay } from './replay-server.js';
import { type Run, runTool } from './test-io.js';

/** The clock of the recording. */
const NOW = 1_700_000_000_000;

/** A folder like the one in which the official tool ran, at the time of the recording. */
export function recordedFolder(): string {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'local.bin'), affine(100));
  writeFileSync(join(folder, 'sub/local.bin'), affine(100));
  writeFileSync(join(folder, 'big.bin'), lcg(9_000_000, 3));
  writeFileSync(join(folder, 'b.bin'), lcg(9_000_000, 3));
  return folder;
}

/**
 * Runs a recorded command line where the official tool ran.
 *
 * @param options - `requests`: what the service answers, if not what was recorded; `modes`: options to add
 */
export async function replayRun(
  folder: string,
  recorded: RecordedCase,
  {
    requests = recorded.requests,
    modes = [],
  }: { requests?: readonly RecordedRequest[]; modes?: readonly string[] } = {},
) {
  const { host, received } = await startReplay(requests);
  const text = recordedConfig(recorded);
  if (text !== null) {
    const own = `tmp_record_folder = ${join(folder, 'records')}\n`;
    writeFileSync(
      join(folder, '.wcscfg'),
      `${text.replaceAll('{host}', host)}${commandOf(recorded) ? own : ''}`,
    );
  }
  const argv = recorded.argv.map(word => word.replace('{host}', host).replace('{none}', 'none'));
  const tool = { wcscmd: runWcscmd, wcs_etag_cal: runEtagCal, wcs_crc64_cal: runCrc64Cal }[recorded.tool];
  const run = await runTool(tool, [...modes, ...argv], { cwd: folder, stdin: recorded.stdin ?? '' });
  const placed = (output: string) => output.replaceAll(host, '{host}').replaceAll(folder, '{home}');
  return { run: { ...run, stdout: placed(run.stdout), stderr: placed(run.stderr) } satisfies Run, received };
}
