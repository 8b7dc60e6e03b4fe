import { MalformedBinary, readBinary } from './binary-file.js';

const MAGIC = 0xfeedfacf;
/** Written with the high byte first. */
const UNIVERSAL = 0xbebafeca;
const LC_SEGMENT_64 = 0x19;
const PROCESSORS: Record<number, string> = { 16777223: 'x64', 16777228: 'arm64' };

/** What an executable or a shared library of macOS says of itself. */
export interface MachO {
  /** As in `process.arch`, or the number that Mach-O gives the processor. */
  readonly arch: string;
}

/** Whether a file says that it is a Mach-O file for one processor. */
export function isMachO(path: string): boolean {
  return magicOf(path) === MAGIC;
}

/** Whether a file says that it holds Mach-O files for several processors. */
export function isUniversal(path: string): boolean {
  return magicOf(path) === UNIVERSAL;
}

function magicOf(path: string): number | undefined {
  return readBinary(path, file => (file.size < 4 ? undefined : file.bytes(0, 4).readUInt32LE(0)));
}

/**
 * Reads the headers of a Mach-O file for one processor, and whether all is there that they tell of.
 *
 * @throws {@link MalformedBinary} for anything else, and for a file that has been cut short
 */
export function readMachO(path: string): MachO {
  return readBinary(path, file => {
    const header = file.bytes(0, Math.min(32, file.size));
    if (header.length < 32 || header.readUInt32LE(0) !== MAGIC)
      throw new MalformedBinary('not a Mach-O file');
    const commands = file.bytes(32, header.readUInt32LE(20));
    for (let at = 0; at < commands.length; ) {
      if (commands.readUInt32LE(at) === LC_SEGMENT_64) {
        const end = commands.readBigUInt64LE(at + 40) + commands.readBigUInt64LE(at + 48);
        if (end > file.size) throw new MalformedBinary('cut short');
      }
      const size = commands.readUInt32LE(at + 4);
      if (size === 0) throw new MalformedBinary('damaged');
      at += size;
    }
    const processor = header.readUInt32LE(4);
    return { arch: PROCESSORS[processor] ?? `processor ${processor}` };
  });
}
