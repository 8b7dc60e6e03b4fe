import { Readable } from 'node:stream';
import { LinkedAbort, onAbort } from '../abort.js';
import { WcsError } from '../errors.js';

/**
 * The chunks of a download as a stream. When it is destroyed the download ends at once: a generator that waits for the
 * service would hear of it with the next byte only. And it is destroyed when the download is to end, though nobody reads
 * it at the time.
 *
 * @param chunksOf - begins the download; everything in it follows the given signal
 * @param signals - end the stream, begun or not
 */
export function chunkStream(
  chunksOf: (abort: LinkedAbort) => AsyncGenerator<Buffer, unknown>,
  ...signals: readonly (AbortSignal | undefined)[]
): Readable {
  const abort = new LinkedAbort(undefined);
  const chunks = chunksOf(abort);
  const stream = new Readable({
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
  const stops = [...signals, abort.signal].map(signal =>
    onAbort(signal, () => stream.destroy(signal?.reason)),
  );
  return stream.once('close', () => {
    for (const stop of stops) stop();
  });
}
