import type { NativeClient } from '@curve-wcs/curve-native';
import { bytes, descriptor, unsigned, whole } from './arguments.js';
import { LIBCURVE_ERROR } from './error-codes.js';
import { resultCode } from './result-code.js';
import type { CurveAioContext, Integer } from './types.js';

/** What Aio calls give at once, and what their callback will see. */
export interface AioStart {
  /** What the call returns. */
  readonly returned: number;
  /** What becomes of it; ends when the callback has run. */
  readonly ended: Promise<number>;
}

interface OpenVolume {
  readonly blocksize: number;
  readonly running: Set<Promise<number>>;
}

/** The asynchronous operations of a client, and what it must know of its descriptors to refuse some at once. */
export class AsyncIo {
  readonly #volumes = new Map<number, OpenVolume>();

  read(client: NativeClient | undefined, fd: number, context: CurveAioContext): AioStart {
    return this.#transfer(client, fd, context, (native, buf) => native.read(fd, context.offset, buf));
  }

  write(client: NativeClient | undefined, fd: number, context: CurveAioContext): AioStart {
    return this.#transfer(client, fd, context, (native, buf) => native.write(fd, context.offset, buf));
  }

  discard(client: NativeClient | undefined, fd: number, context: CurveAioContext): AioStart {
    checkRange(fd, context);
    const volume = this.#volume(client, fd);
    if (client === undefined || volume === undefined) return refused(-LIBCURVE_ERROR.BAD_FD);
    const done = client.discard(fd, context.offset, context.length).then(() => LIBCURVE_ERROR.OK);
    return { returned: LIBCURVE_ERROR.OK, ended: this.#finish(volume, context, done) };
  }

  /** Waits until the callbacks of a descriptor have run. */
  async settled(fd: number): Promise<void> {
    await Promise.allSettled(this.#volumes.get(fd)?.running ?? []);
  }

  /** Forgets a descriptor that was closed. */
  forget(fd: number): void {
    this.#volumes.delete(fd);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#volumes.clear();
  }

  #transfer(
    client: NativeClient | undefined,
    fd: number,
    context: CurveAioContext,
    start: (client: NativeClient, buf: Uint8Array) => Promise<number>,
  ): AioStart {
    checkRange(fd, context);
    if (context.length === 0) return refused(0);
    const volume = this.#volume(client, fd);
    if (client === undefined || volume === undefined) return refused(-LIBCURVE_ERROR.BAD_FD);
    const { blocksize } = volume;
    if (!isMultiple(context.offset, blocksize) || !isMultiple(context.length, blocksize)) {
      const ended = this.#finish(volume, context, Promise.resolve(-LIBCURVE_ERROR.NOT_ALIGNED));
      return { returned: -LIBCURVE_ERROR.NOT_ALIGNED, ended };
    }
    const done =
      context.buf === undefined
        ? Promise.resolve(-LIBCURVE_ERROR.FAILED)
        : start(client, bytes(context.buf, context.length));
    return { returned: LIBCURVE_ERROR.OK, ended: this.#finish(volume, context, done) };
  }

  #finish(volume: OpenVolume, context: CurveAioContext, done: Promise<number>): Promise<number> {
    const ended = done.catch(resultCode).then(ret => {
      volume.running.delete(ended);
      context.ret = ret;
      context.cb?.(context);
      return ret;
    });
    volume.running.add(ended);
    return ended;
  }

  #volume(client: NativeClient | undefined, fd: number): OpenVolume | undefined {
    const known = this.#volumes.get(fd);
    if (known !== undefined || client === undefined) return known;
    try {
      const volume = { blocksize: client.statFd(fd).blocksize, running: new Set<Promise<number>>() };
      this.#volumes.set(fd, volume);
      return volume;
    } catch (error) {
      resultCode(error); // throws on what is not a refusal
      return undefined;
    }
  }
}

/** Refused, or nothing to do: no callback. */
function refused(returned: number): AioStart {
  return { returned, ended: Promise.resolve(returned) };
}

function isMultiple(value: Integer, unit: number): boolean {
  return typeof value === 'bigint' ? value % BigInt(unit) === 0n : value % unit === 0;
}

function checkRange(fd: number, context: CurveAioContext): void {
  descriptor(fd);
  whole(context.offset, 'offset');
  unsigned(context.length, 'length');
}
