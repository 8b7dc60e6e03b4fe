/** Which checksums to compute; those left out are not. */
export interface WantedDigests {
  /** The raw SHA-1, for instance of a block, for {@link etagOfBlocks}. */
  sha1?: boolean;
  /** zlib's CRC-32. */
  crc32?: boolean;
  /** CRC-64/XZ. */
  crc64?: boolean;
}

/** The checksums that were wanted, and no others. */
export interface Digests {
  /** 20 bytes. */
  sha1?: Uint8Array;
  /** An unsigned integer below 2^32. */
  crc32?: number;
  /** An unsigned integer below 2^64. */
  crc64?: bigint;
}
