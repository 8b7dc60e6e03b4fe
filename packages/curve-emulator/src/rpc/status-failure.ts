/** Ends a call with a status of the application, such as `kFileNotExists`, and nothing else in the answer. */
export class StatusFailure extends Error {
  override readonly name = 'StatusFailure';
  /** A StatusCode of the MDS, a topology code or a chunk status, whichever the answer has. */
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}
