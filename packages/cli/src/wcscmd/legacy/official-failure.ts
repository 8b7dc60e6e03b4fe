/** A failure of ours, and what the official tool logs of it. */
export class OfficialFailure extends Error {
  /** Lines of level ERROR. */
  readonly lines: readonly string[];

  constructor(cause: unknown, ...lines: string[]) {
    super('', { cause });
    this.lines = lines;
  }
}
