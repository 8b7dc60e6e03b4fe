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

/** Does `work`; an answer that only tells of its failure has `fields`, too. */
export async function failingWith<A, F extends object>(
  fields: F,
  work: () => A | Promise<A>,
): Promise<A | (F & { statusCode: number })> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StatusFailure) return { ...fields, statusCode: error.status };
    throw error;
  }
}
