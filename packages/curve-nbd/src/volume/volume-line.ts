import type { Volume } from '@curve-wcs/curve-sdk';
import type { Line, LineCounts, LineRequest } from '../line.js';
import { exportFailure } from './export-failure.js';

type NbdLine = NonNullable<Awaited<ReturnType<Volume['serveNbd']>>>;

/** A volume's line, whose failures are those of an export. */
export class VolumeLine implements Line {
  readonly ended: Line['ended'];
  readonly #line: NbdLine;

  constructor(line: NbdLine) {
    this.ended = line.ended;
    this.#line = line;
  }

  get counts(): LineCounts {
    return this.#line.counts;
  }

  async next(): Promise<readonly LineRequest[] | undefined> {
    const requests = await this.#line.next();
    return requests?.map(one =>
      one.error === undefined ? one : { ...one, error: exportFailure(one.error) },
    );
  }

  reply(number: number, bytes: Uint8Array): Promise<void> {
    return this.#line.reply(number, bytes);
  }

  end(): void {
    this.#line.end();
  }

  destroy(): void {
    this.#line.destroy();
  }
}
