import { createHmac, timingSafeEqual } from 'node:crypto';

const blobBytes = 16;
const lengthBytes = 6;
const signatureBytes = 14;

/**
 * Makes and reads the opaque `ctx` of resumable uploads (section 2.4): the block, how many bytes of it had
 * arrived, and a signature, so that no altered context is taken for another block's.
 */
export class BlockContexts {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** The context of a block after its first `received` bytes; 48 URL-safe characters. */
  issue(blob: string, received: number): string {
    const body = Buffer.alloc(blobBytes + lengthBytes);
    body.write(blob, 0, 'hex');
    body.writeUIntBE(received, blobBytes, lengthBytes);
    return Buffer.concat([body, this.#sign(body)]).toString('base64url');
  }

  /** What a context stands for, or nothing when it is not one of ours to the letter. */
  read(context: string): { blob: string; received: number } | undefined {
    const bytes = Buffer.from(context, 'base64url');
    if (bytes.length !== blobBytes + lengthBytes + signatureBytes) return undefined;
    if (bytes.toString('base64url') !== context) return undefined;
    const body = bytes.subarray(0, blobBytes + lengthBytes);
    if (!timingSafeEqual(this.#sign(body), bytes.subarray(body.length))) return undefined;
    return { blob: body.toString('hex', 0, blobBytes), received: body.readUIntBE(blobBytes, lengthBytes) };
  }

  #sign(body: Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(body).digest().subarray(0, signatureBytes);
  }
}
