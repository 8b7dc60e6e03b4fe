import type { OutputStream } from '../cli-io.js';
import { visible } from '../terminal/visible.js';

/** The log of the official tools: `YYYY-MM-DD HH:MM:SS,mmm - LEVEL - message`. */
export class OfficialLog {
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  debug(...messages: string[]): void {
    for (const message of messages) this.#write('DEBUG', message);
  }

  warning(message: string): void {
    this.#write('WARNING', message);
  }

  error(...messages: string[]): void {
    for (const message of messages) this.#write('ERROR', message);
  }

  /** The last line of what Python prints of an error that nobody catches. */
  uncaught(type: string, message: string): void {
    this.#stream.write(`${type}: ${visible(message)}\n`);
  }

  #write(level: string, message: string): void {
    const now = new Date();
    const stamp = `${localTime(now)},${String(now.getMilliseconds()).padStart(3, '0')}`;
    this.#stream.write(`${stamp} - ${level} - ${visible(message)}\n`);
  }
}

/** `YYYY-MM-DD HH:MM:SS`, by the clock on the wall. */
export function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const time = [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
  return `${day} ${time}`;
}
