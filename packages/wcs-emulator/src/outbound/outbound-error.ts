/**
 * Why a request of the emulator to another server came to nothing: its URL is none or not allowed (`refused`),
 * there was no whole answer (`failed`), or the emulator is being closed (`closing`).
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly kind: 'refused' | 'failed' | 'closing';

  constructor(kind: OutboundError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
