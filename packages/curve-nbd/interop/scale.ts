/** How much is done: `--short` is what CI has time for; KILLS, FIO_MIB and RECONNECTS say some of it one by one. */
export interface Scale {
  /** How often the server is killed under load. */
  readonly kills: number;
  /** How often it is killed under qemu. */
  readonly reconnects: number;
  /** MiB that fio reads and writes. */
  readonly fioMegabytes: number;
  /** Bytes of a segment: as small as a chunk allows, or those of Curve. Copies read whole segments. */
  readonly segment: number;
}

const isShort = process.argv.includes('--short');

export const SCALE: Scale = {
  kills: Number(process.env['KILLS'] ?? (isShort ? 4 : 20)),
  reconnects: Number(process.env['RECONNECTS'] ?? (isShort ? 2 : 10)),
  fioMegabytes: Number(process.env['FIO_MIB'] ?? (isShort ? 64 : 256)),
  segment: isShort ? 2 ** 27 : 2 ** 30,
};
