import { Readable } from 'node:stream';
import { LinkedAbort } from '../abort.js';
import { WcsError } from '../errors.js';

/**
 * The chunks of a download as a stream. When it is destroyed the download ends at once: a generator that waits for the
 * service would hear of it with the next byte only.
 *
 * @param chunksOf - begins the download; everything in it follows the given signal
 */
export function chunkStream(chunksOf: (abort: LinkedAbort) => AsyncGenerator<Buffer, unknown>): Readable {
  const abort = new LinkedAbort(undefined);
  const chunks = chunksOf(abort);
  return new Readable({
    highWaterMark: 256 * 1024,
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done ? null : value),
        error => this.destroy(error),
      );
    },
    destroy(error, done) {
      abort.abort(error ?? new WcsError('CLIENT_CLOSED', 'the download is no longer wanted'));
      chunks.return(undefined).then(
        () => done(error),
        () => done(error),
      );
    },
  });
}
