import { readInterpreter } from './elf.js';

/** Which C library a Linux program runs on. What was built for one does not load beside the other. */
export type Libc = 'glibc' | 'musl';

/** What an addon is built for. */
export interface Target {
  /** As in `process.platform`. */
  readonly platform: string;
  /** As in `process.arch`. */
  readonly arch: string;
  /** On Linux alone. */
  readonly libc?: Libc | undefined;
}

/** Every target that a release has a binary for. */
export const TARGETS: readonly Target[] = [
  { platform: 'linux', arch: 'x64', libc: 'glibc' },
  { platform: 'linux', arch: 'x64', libc: 'musl' },
  { platform: 'linux', arch: 'arm64', libc: 'glibc' },
  { platform: 'linux', arch: 'arm64', libc: 'musl' },
  { platform: 'darwin', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
];

/** The folder of a target in prebuilds/, such as linux-x64-glibc or darwin-arm64. */
export function targetName({ platform, arch, libc }: Target): string {
  return [platform, arch, libc].filter(Boolean).join('-');
}

/** What this process can load. */
export function thisTarget(): Target {
  const { platform, arch } = process;
  return platform === 'linux' ? { platform, arch, libc: thisLibc() } : { platform, arch };
}

/** Asks the program that runs, not the system: an Alpine with a glibc Node.js needs what is built for glibc. */
function thisLibc(): Libc {
  try {
    return /ld-musl-/.test(readInterpreter(process.execPath) ?? '') ? 'musl' : 'glibc';
  } catch {
    // Executables that may be run but not read.
    return glibcVersion() ? 'glibc' : 'musl';
  }
}

/** The version of the C library that this process runs on, such as 2.36; undefined where it is not glibc. */
export function glibcVersion(): string | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  // Else it looks up the names of all peers.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  return header?.glibcVersionRuntime;
}

/** The newest version of glibc that a list of symbol versions asks for, such as 2.28; undefined if none. */
export function newestGlibc(versions: readonly string[]): string | undefined {
  return versions
    .flatMap(version => /^GLIBC_([\d.]+)$/.exec(version)?.[1] ?? [])
    .sort(compareVersions)
    .at(-1);
}

/** Compares versions such as 2.4 and 2.28 by their numbers. */
export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
