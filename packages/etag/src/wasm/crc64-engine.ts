import { CRC64_WASM } from '../generated/crc64-wasm.js';

/** What assembly/crc64.ts exports. WebAssembly's integers are signed on the JavaScript side. */
interface Crc64Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly BUFFER_OFFSET: { readonly value: number };
  readonly BUFFER_SIZE: { readonly value: number };
  update(crc: bigint, length: number): bigint;
  combine(first: bigint, second: bigint, secondLength: bigint): bigint;
}

/** The part of the WebAssembly interface used here, which Node's type declarations leave out. */
interface WebAssemblyGlobal {
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** CRC-64/XZ over a buffer inside a WebAssembly instance. One per thread is enough: every call is complete. */
export class Crc64Engine {
  /**
   * The memory that {@link digest} works on and leaves in disorder. Bytes placed at its start are digested
   * without a copy.
   */
  readonly buffer: Uint8Array;
  readonly #exports: Crc64Exports;

  constructor() {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;
    const binary = Uint8Array.from(atob(CRC64_WASM), character => character.charCodeAt(0));
    this.#exports = new Instance(new Module(binary)).exports as Crc64Exports;
    const { memory, BUFFER_OFFSET, BUFFER_SIZE } = this.#exports;
    this.buffer = new Uint8Array(memory.buffer, BUFFER_OFFSET.value, BUFFER_SIZE.value);
  }

  /** Continues `crc` with bytes: any, or those at the start of {@link buffer}. */
  digest(crc: bigint, bytes: Uint8Array): bigint {
    let result = crc;
    for (let start = 0; start < bytes.length; start += this.buffer.length) {
      const piece = bytes.subarray(start, start + this.buffer.length);
      // A piece that was read straight into the buffer is in its place already.
      if (piece.buffer !== this.buffer.buffer) this.buffer.set(piece);
      result = this.#exports.update(result, piece.length);
    }
    return BigInt.asUintN(64, result);
  }

  combine(first: bigint, second: bigint, secondLength: bigint): bigint {
    return BigInt.asUintN(64, this.#exports.combine(first, second, secondLength));
  }
}

let engine: Crc64Engine | undefined;

/** This thread's engine. It is made at the first use, so that importing the package costs nothing. */
export function crc64Engine(): Crc64Engine {
  engine ??= new Crc64Engine();
  return engine;
}
