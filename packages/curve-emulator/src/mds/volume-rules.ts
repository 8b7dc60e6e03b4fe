import { StatusCode } from '../proto/nameserver2_pb.js';
import { StatusFailure } from '../rpc/status-failure.js';

/** Sizes in bytes, and what a volume may be. */
export interface VolumeLimits {
  chunkSize: number;
  segmentSize: number;
  blockSize: number;
  minLength: number;
  maxLength: number;
}

/** @throws StatusFailure kFileLengthNotSupported (protocol 5.2, Create) */
export function checkLength(length: number, limits: VolumeLimits): void {
  const { minLength, maxLength, segmentSize } = limits;
  if (length < minLength || length > maxLength || length % segmentSize !== 0) {
    throw new StatusFailure(StatusCode.kFileLengthNotSupported);
  }
}

/** @throws StatusFailure kParaError (protocol 4.6) */
export function checkStripe(unit: number, count: number, { chunkSize, segmentSize }: VolumeLimits): void {
  if (unit === 0 && count === 0) return;
  const fits =
    unit > 0 &&
    count > 0 &&
    unit <= chunkSize &&
    chunkSize % unit === 0 &&
    chunkSize % count === 0 &&
    unit % 4096 === 0 &&
    count <= segmentSize / chunkSize &&
    (count > 1 || unit === chunkSize);
  if (!fits) throw new StatusFailure(StatusCode.kParaError);
}
