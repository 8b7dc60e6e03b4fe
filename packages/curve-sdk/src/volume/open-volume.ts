import type { Course } from '../call-options.js';
import { invalid } from '../checks.js';
import type { Connection } from '../client/connection.js';
import { type FileInfo, fileInfo } from '../client/file-info.js';
import { InFlight } from '../client/in-flight.js';
import { CurveError, closed } from '../errors/curve-error.js';
import { curveError } from '../errors/native-failure.js';
import { ObservedCall } from '../observe/observed-call.js';
import type { Counters } from '../observe/operation-counters.js';
import { BlockTurns } from './block-turns.js';
import { WriteHolds } from './write-holds.js';

/** An open volume as its calls see it. */
export class OpenVolume {
  readonly connection: Connection;
  readonly fd: number;
  readonly path: string;
  readonly blockSize: number;
  readonly info: FileInfo;
  /** Who is writing where, of all that have it open in this client. */
  readonly turns: BlockTurns;
  /** The same for what NBD clients write. */
  readonly holds: WriteHolds;
  /** Bytes, as far as is known: others may have extended it. */
  length: number;
  readonly #calls = new InFlight();
  readonly #counters: Counters;
  #isEnding = false;
  #closing: Promise<void> | undefined;

  /** @param same - another that has the volume open in this client */
  constructor(connection: Connection, fd: number, info: FileInfo, same?: OpenVolume) {
    this.connection = connection;
    this.fd = fd;
    this.path = info.path;
    this.blockSize = info.blockSize;
    this.turns = same?.turns ?? new BlockTurns(info.blockSize);
    this.holds = same?.holds ?? new WriteHolds();
    this.info = info;
    this.length = info.length;
    this.#counters = connection.volumes.opened(info.path);
  }

  /** A call begins; none may any more once the volume is being closed. */
  begin(operation: string): ObservedCall {
    this.goOn(operation);
    return new ObservedCall(this.#counters.of(operation), this.path);
  }

  /** A call that had ended for a while, as far as closing is concerned, is under way again. */
  goOn(operation: string): void {
    if (this.#isEnding) throw closed('volume', operation, this.path);
    this.#calls.begin();
  }

  /** A call that has begun ends. */
  end(): void {
    this.#calls.end();
  }

  /** Lets no more calls begin; settles when those under way, and a close, have ended. */
  async endCalls(): Promise<void> {
    this.#isEnding = true;
    await this.#calls.settled();
    await this.#closing?.catch(() => {});
  }

  /** Closes it at the cluster when the calls under way have ended; that may be tried again if it fails. */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.#closing ??= this.#close();
    try {
      await this.#closing;
    } catch (error) {
      this.#closing = undefined;
      throw error;
    }
  }

  /** The client has closed it. */
  markClosed(): void {
    this.#closing = Promise.resolve();
  }

  async #close(): Promise<void> {
    await this.#calls.settled();
    const { native } = this.connection;
    await this.connection.ask({ operation: 'close', path: this.path }, () => native.close(this.fd));
  }

  /** What a failure of the native client means to the caller. */
  failure(error: unknown, operation: string, signal: AbortSignal | undefined): unknown {
    return curveError(error, { operation, path: this.path, signal });
  }

  /** Whether a range begins and ends with blocks. */
  isAligned(offset: number, length: number): boolean {
    return offset % this.blockSize === 0 && length % this.blockSize === 0;
  }

  /** Refuses an offset that is none. */
  checkOffset(offset: number, operation: string): void {
    if (Number.isSafeInteger(offset) && offset >= 0) return;
    throw invalid(operation, 'offset', 'a whole number of at least 0', offset, this.path);
  }

  /** Refuses a range that does not begin and end with blocks. */
  checkAligned(offset: number, length: number, operation: string): void {
    if (this.isAligned(offset, length)) return;
    const message =
      `${operation} ${this.path}: offset and length must be multiples of the block size, ${this.blockSize} bytes; ` +
      `got ${offset} and ${length} ({ align: 'auto' } allows any)`;
    throw new CurveError('INVALID_ARGUMENT', message, { operation, path: this.path });
  }

  /** Refuses a range beyond the end; the cluster is asked first whether the volume has grown. */
  async checkEnd(offset: number, length: number, course: Course): Promise<void> {
    if (offset + length > this.length) await this.refresh(course);
    if (offset + length <= this.length) return;
    const { operation } = course;
    const message =
      `${operation} ${this.path}: the volume has ${this.length} bytes; ` +
      `got offset ${offset} and length ${length}, which end at ${offset + length}`;
    throw new CurveError('INVALID_ARGUMENT', message, { operation, path: this.path });
  }

  /** Asks the cluster what the volume is now. */
  async refresh(course: Course): Promise<FileInfo> {
    const info = await this.connection.ask(course, (native, user) =>
      native.stat(this.path, user, course.step()),
    );
    // Another volume may have taken the path.
    if (info.id === this.info.id) this.length = Number(info.length);
    return fileInfo(this.path, info);
  }
}
