/** What each of the service's codes says (curve-snapshot.md §2). */
const messages = {
  [-1]: 'Internal error.',
  [-5]: 'BadRequest:"Invalid request."',
  [-6]: 'Task already exist.',
  [-7]: 'Invalid user.',
  [-8]: 'File not exist.',
  [-9]: 'File status invalid.',
  [-11]: 'FileName not match.',
  [-14]: 'Cannot cancel finished.',
  [-15]: 'Invalid snapshot.',
  [-16]: 'Cannot delete when using.',
  [-17]: 'Cannot clean task unfinished.',
  [-18]: 'Snapshot count reach the limit.',
  [-19]: 'File exist.',
} as const;

/** A code of the service. */
export type ServiceCode = keyof typeof messages;

export const ServiceCodes = {
  internal: -1,
  invalidRequest: -5,
  taskExists: -6,
  invalidUser: -7,
  notThere: -8,
  statusInvalid: -9,
  fileNameMismatch: -11,
  ended: -14,
  invalidSnapshot: -15,
  inUse: -16,
  unfinished: -17,
  tooMany: -18,
  exists: -19,
} as const satisfies Record<string, ServiceCode>;

/** Ends a request with one of the service's codes. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceCode;
  /** The task that failed, if one did. */
  readonly taskId: string;

  constructor(code: ServiceCode, taskId = '') {
    super(messages[code]);
    this.code = code;
    this.taskId = taskId;
  }
}

/** What is said of any code, also of one that a fault names. */
export function messageOf(code: number): string {
  return (messages as Record<number, string>)[code] ?? 'Unknown error.';
}
