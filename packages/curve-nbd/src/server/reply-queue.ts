import type { Socket } from 'node:net';

/** Replies on their way: all that are ready in one turn of the event loop are handed to the system together. */
export class ReplyQueue {
  readonly #socket: Socket;
  #ready: Buffer[] = [];
  #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Sends a reply; `onSent` is called when its memory is free, whether it got there or not. */
  push(reply: Buffer, onSent: () => void): void {
    if (this.#ready.length === 0) process.nextTick(() => this.#flush());
    this.#ready.push(reply);
    this.#waiting.push(onSent);
  }

  #flush(): void {
    const [socket, ready, waiting] = [this.#socket, this.#ready, this.#waiting];
    this.#ready = [];
    this.#waiting = [];
    const sent = () => {
      for (const onSent of waiting) onSent();
    };
    if (socket.destroyed || socket.writableEnded) {
      sent();
      return;
    }
    const last = ready.length - 1;
    if (last > 0) socket.cork();
    for (let index = 0; index < last; index++) socket.write(ready[index] as Buffer);
    socket.write(ready[last] as Buffer, sent);
    if (last > 0) socket.uncork();
  }
}
