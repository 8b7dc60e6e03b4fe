/** What is to be done when each signal is aborted. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, until the returned function is called. However many wait for a signal, it has
 * one listener: a program may give the same one to thousands of calls, and Node.js warns of more than ten.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const callbacks = waiting.get(signal) ?? new Set();
  waiting.set(signal, callbacks);
  if (callbacks.size === 0) signal.addEventListener('abort', callAll);
  callbacks.add(callback);
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) signal.removeEventListener('abort', callAll);
  };
}

function callAll(this: AbortSignal): void {
  for (const callback of [...(waiting.get(this) ?? [])]) callback();
}

/** An abort controller that also follows the caller's signal, and lets go of it when disposed. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: Disposable;

  constructor(parent: AbortSignal | undefined) {
    this.#parent = this.follow(parent);
  }

  /** Follows a further signal until what is given is disposed. */
  follow(signal: AbortSignal | undefined): Disposable {
    signal?.throwIfAborted();
    return { [Symbol.dispose]: onAbort(signal, () => this.#controller.abort(signal?.reason)) };
  }

  /** Aborted when the caller aborts, or {@link abort} is called. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the work that follows this signal. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#parent[Symbol.dispose]();
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // When the race is lost, the work may still fail later: that is nobody's concern any more.
  work.catch(() => {});
  signal.throwIfAborted();
  let letGo = () => {};
  const aborted = new Promise<never>((_, reject) => {
    letGo = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    letGo();
  }
}
