/** Where the bytes of an archive are to be had, in any order. An open object is one with its record's size. */
export interface ArchiveSource {
  /** In bytes. */
  size: number;
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/** A file in an archive. */
export interface ArchivedFile {
  /** As it stands in the archive, which may be anything; `entryKey` makes a key of it. */
  name: string;
  /** Its content, to be read before the next file is asked for, or not at all. */
  bytes: AsyncIterable<Buffer>;
}
