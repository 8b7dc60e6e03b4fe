import { type BinaryFile, MalformedBinary, readBinary } from './binary-file.js';

/** What an executable or a shared library of Linux says of itself. */
export interface Elf {
  /** As in `process.arch`, or the number that ELF gives the machine. */
  readonly arch: string;
  /** The libraries it must be given, such as libc.so.6. */
  readonly needed: readonly string[];
  /** The versions of their symbols that it asks for, such as GLIBC_2.28. */
  readonly versions: readonly string[];
}

const MACHINES: Record<number, string> = {
  3: 'ia32',
  8: 'mips',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
const PT_INTERP = 3;
const SHT_DYNAMIC = 6;
const SHT_GNU_VERNEED = 0x6ffffffe;
const DT_NEEDED = 1;

interface Section {
  type: number;
  offset: number;
  size: number;
  /** Index of the section that has its strings. */
  link: number;
}

/**
 * Reads an ELF file's headers, not its code. The last of them is the end of the file, so that one which has been cut
 * short is noticed.
 *
 * Of 32-bit and big-endian files, which none of ours are, it reads the machine alone.
 *
 * @throws {@link MalformedBinary} for anything else
 */
export function readElf(path: string): Elf {
  return readBinary(path, file => {
    const { header, arch, readable } = headerOf(file);
    if (!readable) return { arch, needed: [], versions: [] };
    const sections = sectionsOf(file, header);
    return { arch, needed: neededOf(file, sections), versions: versionsOf(file, sections) };
  });
}

/**
 * Reads which dynamic linker an executable asks for, such as /lib64/ld-linux-x86-64.so.2; undefined if none.
 *
 * @throws {@link MalformedBinary} for anything but an ELF file
 */
export function readInterpreter(path: string): string | undefined {
  return readBinary(path, file => {
    const { header, readable } = headerOf(file);
    if (!readable) return undefined;
    const size = header.readUInt16LE(54);
    const table = file.bytes(offsetAt(header, 32), size * header.readUInt16LE(56));
    for (let at = 0; at < table.length; at += size) {
      if (table.readUInt32LE(at) !== PT_INTERP) continue;
      return text(file.bytes(offsetAt(table, at + 8), offsetAt(table, at + 32)), 0);
    }
    return undefined;
  });
}

/** `readable` is a file of 64 bits, little-endian. */
function headerOf(file: BinaryFile): { header: Buffer; arch: string; readable: boolean } {
  const header = file.bytes(0, Math.min(64, file.size));
  if (header.length < 20 || header.readUInt32BE(0) !== 0x7f454c46) throw new MalformedBinary('not a binary');
  const littleEndian = header[5] === 1;
  const machine = littleEndian ? header.readUInt16LE(18) : header.readUInt16BE(18);
  return {
    header,
    arch: MACHINES[machine] ?? `machine ${machine}`,
    readable: header[4] === 2 && littleEndian,
  };
}

function sectionsOf(file: BinaryFile, header: Buffer): Section[] {
  const size = header.readUInt16LE(58);
  const table = file.bytes(offsetAt(header, 40), size * header.readUInt16LE(60));
  const sections: Section[] = [];
  for (let at = 0; at < table.length; at += size) {
    sections.push({
      type: table.readUInt32LE(at + 4),
      offset: offsetAt(table, at + 24),
      size: offsetAt(table, at + 32),
      link: table.readUInt32LE(at + 40),
    });
  }
  return sections;
}

function neededOf(file: BinaryFile, sections: Section[]): string[] {
  const needed: string[] = [];
  for (const [entries, strings] of ofType(file, sections, SHT_DYNAMIC)) {
    for (let at = 0; at + 16 <= entries.length; at += 16) {
      if (entries.readUInt32LE(at) === DT_NEEDED) needed.push(text(strings, offsetAt(entries, at + 8)));
    }
  }
  return needed;
}

/** A linked list of libraries, each with a linked list of the versions asked of it. */
function versionsOf(file: BinaryFile, sections: Section[]): string[] {
  const versions: string[] = [];
  for (const [entries, strings] of ofType(file, sections, SHT_GNU_VERNEED)) {
    for (const library of linked(entries, 0)) {
      for (const version of linked(entries, library + entries.readUInt32LE(library + 8))) {
        versions.push(text(strings, entries.readUInt32LE(version + 8)));
      }
    }
  }
  return versions;
}

function* ofType(
  file: BinaryFile,
  sections: Section[],
  type: number,
): Generator<[entries: Buffer, strings: Buffer]> {
  for (const section of sections) {
    const strings = sections[section.link];
    if (section.type !== type || !strings) continue;
    yield [file.bytes(section.offset, section.size), file.bytes(strings.offset, strings.size)];
  }
}

/** Each entry says in its last word how far the following one is; 0 ends the list. */
function* linked(entries: Buffer, first: number): Generator<number> {
  for (let at = first, step = 1; step > 0; at += step) {
    yield at;
    step = entries.readUInt32LE(at + 12);
  }
}

function offsetAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function text(strings: Buffer, at: number): string {
  return strings.toString('latin1', at, strings.indexOf(0, at));
}
