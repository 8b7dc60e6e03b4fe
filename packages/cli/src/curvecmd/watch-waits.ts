import type { ClusterWait, CurveClient } from '@curve-wcs/curve-sdk';
import type { CliIo } from '../cli-io.js';
import type { Output } from '../terminal/output.js';
import { formatDuration } from '../terminal/quantities.js';
import { anyStatusLine, type StatusLine, statusLine } from '../terminal/status-line.js';

/** How long a call may be tried again before a person is told, in milliseconds. */
const PATIENCE = 3000;
/** How often is looked, in milliseconds. */
const INTERVAL = 250;
/** Of how many waits a line tells. */
const SHOWN = 3;

/**
 * Says on stderr what a command waits for when the cluster keeps it waiting: once, and on a terminal for as long as it
 * lasts. What goes on by itself is not told of.
 *
 * @returns ends that
 */
export function watchWaits(client: Pick<CurveClient, 'stats'>, io: CliIo, out: Output): () => void {
  const watch = new WaitWatch(client, io, out);
  return () => watch.stop();
}

class WaitWatch {
  readonly #client: Pick<CurveClient, 'stats'>;
  readonly #io: CliIo;
  readonly #out: Output;
  readonly #timer: NodeJS.Timeout;
  #told = false;
  #text = '';
  #line: StatusLine | undefined;

  constructor(client: Pick<CurveClient, 'stats'>, io: CliIo, out: Output) {
    this.#client = client;
    this.#io = io;
    this.#out = out;
    this.#timer = setInterval(() => this.#look(), INTERVAL);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#hide();
  }

  #look(): void {
    const long = this.#client.stats().waits.filter(({ milliseconds }) => milliseconds >= PATIENCE);
    if (long.length === 0) {
      this.#hide();
      return;
    }
    this.#text = describe(long);
    if (this.#told) return;
    this.#told = true;
    this.#out.notice(this.#text);
    void this.#show();
  }

  async #show(): Promise<void> {
    const line = await statusLine(this.#io, { enabled: !this.#out.quiet });
    // Over meanwhile, or a progress bar has the line already.
    if (!line || !this.#told || anyStatusLine()) return;
    this.#line = line;
    line.show(columns => this.#text.slice(0, columns - 1));
  }

  #hide(): void {
    this.#told = false;
    this.#line?.stop();
    this.#line = undefined;
  }
}

function describe(waits: readonly ClusterWait[]): string {
  const seconds = Math.max(...waits.map(({ milliseconds }) => milliseconds)) / 1000;
  const longest = waits.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SHOWN);
  const more = waits.length > SHOWN ? `; and ${waits.length - SHOWN} more` : '';
  return `waiting for ${formatDuration(seconds)}: ${longest.map(describeOne).join('; ')}${more}`;
}

function describeOne({ method, server, copyset, status, says }: ClusterWait): string {
  const who = copyset ? `copyset ${copyset.poolId}-${copyset.copysetId}` : 'the MDS';
  const at = server === '' ? '' : copyset ? `, chunkserver ${server}` : ` ${server}`;
  return `${who}${at}: ${method}: ${status}, ${says}`;
}
