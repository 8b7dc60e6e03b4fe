import type { ServiceAnswer, UploadStart } from '@curve-wcs/wcs-sdk';

/** Somebody who looks on while a command does its work. */
export interface CommandObserver {
  /** Every answer of the service. */
  answered?(answer: ServiceAnswer): void;
  /** An upload in blocks begins or goes on. */
  uploadStarted?(start: UploadStart): void;
}
