/** A header of Mach-O with one segment, which ends where the file ends. */
export function machO(processor: number): Buffer {
  const file = Buffer.alloc(32 + 72 + 100);
  file.writeUInt32LE(0xfeedfacf, 0);
  file.writeUInt32LE(processor, 4);
  file.writeUInt32LE(1, 16);
  file.writeUInt32LE(72, 20);
  file.writeUInt32LE(0x19, 32);
  file.writeUInt32LE(72, 36);
  file.writeBigUInt64LE(104n, 72);
  file.writeBigUInt64LE(100n, 80);
  return file;
}
