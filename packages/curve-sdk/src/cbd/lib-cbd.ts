import type { NativeConfig } from '@curve-wcs/curve-native';
import type { CBDClient } from './cbd-client.js';
import { LIBCURVE_ERROR } from './error-codes.js';
import { type CurveAioContext, FileInfo_t, type Integer } from './types.js';

/**
 * The calls of libcurve's `libcbd.h` on a {@link CBDClient} (curve-protocol.md §5.2). Volumes are named `path_owner_`.
 *
 * @example
 * ```ts
 * import { CBDClient, LibCBD } from '@curve-wcs/curve-sdk';
 *
 * const cbd = new LibCBD(new CBDClient());
 * console.log(cbd.cbd_libcurve_sync(0), cbd.cbd_libcurve_open('/vol1_alice_')); // → 0 -2
 * ```
 */
export class LibCBD {
  readonly #client: CBDClient;

  constructor(client: CBDClient) {
    this.#client = client;
  }

  /** {@link CBDClient.Init}. */
  cbd_libcurve_init(options: { readonly conf: NativeConfig }): number {
    return this.#client.Init(options.conf);
  }

  /** {@link CBDClient.UnInit}; always 0. */
  cbd_libcurve_fini(): number {
    this.#client.UnInit();
    return LIBCURVE_ERROR.OK;
  }

  /** {@link CBDClient.Open4Qemu}. */
  cbd_libcurve_open(name: string): number {
    return this.#client.Open4Qemu(name);
  }

  /** {@link CBDClient.Close}; always 0, whether it could be closed or not. */
  cbd_libcurve_close(fd: number): number {
    this.#client.Close(fd);
    return LIBCURVE_ERROR.OK;
  }

  /** {@link CBDClient.Read} into `buf`; the number of bytes or a code. */
  cbd_libcurve_pread(fd: number, buf: Uint8Array, offset: Integer, length: number): number {
    const result = this.#client.Read(fd, buf, offset, length);
    return typeof result === 'number' ? result : result.length;
  }

  /** {@link CBDClient.Write}. */
  cbd_libcurve_pwrite(fd: number, buf: Uint8Array, offset: Integer, length: number): number {
    return this.#client.Write(fd, buf, offset, length);
  }

  /** {@link CBDClient.Discard}. */
  cbd_libcurve_pdiscard(fd: number, offset: Integer, length: Integer): number {
    return this.#client.Discard(fd, offset, length);
  }

  /** {@link CBDClient.AioRead}. */
  cbd_libcurve_aio_pread(fd: number, context: CurveAioContext): number {
    return this.#client.AioRead(fd, context);
  }

  /** {@link CBDClient.AioWrite}. */
  cbd_libcurve_aio_pwrite(fd: number, context: CurveAioContext): number {
    return this.#client.AioWrite(fd, context);
  }

  /** {@link CBDClient.AioDiscard}. */
  cbd_libcurve_aio_pdiscard(fd: number, context: CurveAioContext): number {
    return this.#client.AioDiscard(fd, context);
  }

  /** Always 0, also for descriptors that do not exist: a write that has returned is safe. */
  cbd_libcurve_sync(_fd: number): number {
    return LIBCURVE_ERROR.OK;
  }

  /** The length of a volume in bytes, or a code as of {@link CBDClient.StatFile4Qemu}. */
  cbd_libcurve_filesize(name: string): number {
    const info = new FileInfo_t();
    const result = this.#client.StatFile4Qemu(name, info);
    return result < 0 ? result : info.length;
  }

  /** {@link CBDClient.Extend4Qemu}. */
  cbd_libcurve_resize(name: string, size: Integer): number {
    return this.#client.Extend4Qemu(name, size);
  }

  /** {@link CBDClient.IncreaseEpoch}. */
  cbd_libcurve_increase_epoch(name: string): number {
    return this.#client.IncreaseEpoch(name);
  }
}
