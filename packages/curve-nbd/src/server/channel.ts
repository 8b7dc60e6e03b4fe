import type { Socket } from 'node:net';
import { Input } from './input.js';

/** Bytes that are taken in ahead of who reads them. */
const AHEAD = 2 ** 16;

/** A connection during its handshake, read by so many bytes at a time. */
export class Channel {
  #socket: Socket;
  #input = new Input();
  #isSecure = false;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Whether all further bytes are encrypted. */
  get isSecure(): boolean {
    return this.#isSecure;
  }

  /** The next bytes; undefined once the client has gone. */
  async read(length: number): Promise<Buffer | undefined> {
    while (this.#input.length < length) {
      if (this.#isOver) return undefined;
      await this.#more();
    }
    return this.#input.take(length);
  }

  /** Reads and forgets; false once the client has gone. */
  async skip(length: number): Promise<boolean> {
    for (let left = length; ; ) {
      left -= this.#input.skip(left);
      if (left === 0) return true;
      if (this.#isOver) return false;
      await this.#more();
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Goes on over TLS. What came in before that was not encrypted, and must not be taken for what is. */
  async secure(upgrade: (socket: Socket) => Promise<Socket>): Promise<void> {
    if (this.#input.length > 0) throw new Error('bytes came before TLS began');
    this.#release();
    this.#socket = await upgrade(this.#socket);
    this.#isSecure = true;
    this.#listen();
  }

  /** Leaves the connection, paused, to whoever goes on with it: with the bytes that came in already. */
  handOver(): { socket: Socket; input: Input } {
    this.#release();
    for (let chunk = this.#socket.read(); chunk !== null; chunk = this.#socket.read())
      this.#input.push(chunk);
    return { socket: this.#socket, input: this.#input };
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#input.push(chunk);
    if (this.#input.length > AHEAD) this.#socket.pause();
    this.#wake();
  };

  readonly #onOver = (): void => {
    this.#isOver = true;
    this.#wake();
  };

  #listen(): void {
    this.#isOver = this.#socket.destroyed;
    this.#socket.on('data', this.#onData).once('end', this.#onOver).once('close', this.#onOver);
  }

  #release(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData).off('end', this.#onOver).off('close', this.#onOver);
  }

  async #more(): Promise<void> {
    this.#socket.resume();
    await new Promise<void>(resolve => {
      this.#wake = resolve;
    });
  }
}
