/** The bytes of an answer that is not held in memory. */
export interface StreamedBody {
  /** In bytes. */
  length: number;
  bytes: AsyncIterable<Buffer>;
  /** Called once the answer is over, sent or not. */
  release(): Promise<void>;
}

/** What an operation answers. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | StreamedBody;
}

/** An answer of JSON. */
export function jsonReply(status: number, value: unknown): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** An answer of plain text. */
export function textReply(status: number, text: string): Reply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: Buffer.from(text) };
}

/** A refusal in the form of section 2.13. */
export function errorReply(status: number, message: string): Reply {
  return jsonReply(status, { code: status, message });
}

/** Whether a body has yet to be read from somewhere. */
export function isStreamed(body: Reply['body']): body is StreamedBody {
  return body !== undefined && !Buffer.isBuffer(body);
}
