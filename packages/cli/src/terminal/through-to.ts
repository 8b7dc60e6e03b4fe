import { Writable } from 'node:stream';

/** A stream into another that outlives it: the end of some data is not the end of stdout. */
export function throughTo(target: Writable): Writable {
  return new Writable({
    write(chunk, _encoding, callback) {
      target.write(chunk, callback);
    },
  });
}
