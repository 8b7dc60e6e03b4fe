import { vectors } from '@curve-wcs/test-support';
import { WCSCMD_COMMANDS } from '../../src/commands/wcscmd/registry.js';

/** A request as the official tool sent it, and the answer that it was given. */
export interface RecordedRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: { length: number; sha256: string };
  multipart?: { parts: { name: string; filename: string | null; body: { sha256: string; text?: string } }[] };
  response: { status: number; body: string };
}

/** A run of an official tool. */
export interface RecordedCase {
  case: string;
  tool: 'wcscmd' | 'wcs_etag_cal' | 'wcs_crc64_cal';
  argv: string[];
  exitCode: number;
  stdout: string | { kind: string; options: string[]; commands: string[] };
  stderr: string;
  filesWritten: Record<string, { text: string }>;
  requests: RecordedRequest[];
  /** `null`: there is no file; absent: the recording's base configuration. */
  wcscfg?: string | null;
  stdin?: string;
}

const { meta, cases } = vectors<{ meta: { baseWcscfg: string }; cases: RecordedCase[] }>(
  new URL('..', import.meta.url).href,
  'cli.python3.json',
);

/** What the official tools did, run by run. */
export const RECORDED_CASES: readonly RecordedCase[] = cases;

/** The text of a case's configuration file, if it has one. */
export function recordedConfig({ wcscfg }: RecordedCase): string | null {
  return wcscfg === undefined ? meta.baseWcscfg : wcscfg;
}

/** The case of this name. */
export function named(name: string): RecordedCase {
  const found = RECORDED_CASES.find(recorded => recorded.case === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

const commands = WCSCMD_COMMANDS.map(({ name }) => name);

/** The command that a case runs. */
export function commandOf({ argv }: RecordedCase): string | undefined {
  return argv.find(word => commands.includes(word));
}
