import { once, setMaxListeners } from 'node:events';
import { isControl } from './control-path.js';
import type { RequestRecord } from './request-log.js';

/** How many requests a reader may lag behind without missing one. */
const capacity = 1000;

/** A request of the service, and its number in the order in which they ended. */
export interface NumberedRequest extends RequestRecord {
  number: number;
}

/** The requests that have ended, for those who watch the emulator; those to its own control endpoints are left out. */
export class RequestFeed {
  readonly #news = new EventTarget();
  #requests: NumberedRequest[] = [];
  #last = 0;

  constructor() {
    // Any number of readers may wait for news.
    setMaxListeners(0, this.#news);
  }

  /** The number of the latest request; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Takes note of a request that has ended. */
  add(record: RequestRecord): void {
    if (isControl(record.path)) return;
    this.#last += 1;
    this.#requests.push({ ...record, number: this.#last });
    if (this.#requests.length > capacity * 2) this.#requests = this.#requests.slice(-capacity);
    this.#news.dispatchEvent(new Event('request'));
  }

  /** The requests with a higher number, oldest first. */
  after(number: number): NumberedRequest[] {
    const first = this.#requests.findIndex(request => request.number > number);
    return first < 0 ? [] : this.#requests.slice(first);
  }

  /** Waits until there is a request with a higher number, or until `signal` says that it is enough. */
  async waitAfter(number: number, signal: AbortSignal): Promise<void> {
    if (this.#last > number || signal.aborted) return;
    await once(this.#news, 'request', { signal }).catch(() => {});
  }
}
