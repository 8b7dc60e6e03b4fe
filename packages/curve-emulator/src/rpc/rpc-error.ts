/** The brpc error codes that the emulator answers (protocol 2.5). */
export const RpcErrorCode = {
  ENOENT: 2,
  EAGAIN: 11,
  ENOSERVICE: 1001,
  ENOMETHOD: 1002,
  EREQUEST: 1003,
  EINTERNAL: 2001,
  ERESPONSE: 2002,
} as const;

/** Fails a call below the application: the answer carries this code and text and no message. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;

  constructor(code: number, text: string, options?: ErrorOptions) {
    super(text, options);
    this.code = code;
  }
}
