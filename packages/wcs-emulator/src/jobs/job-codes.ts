/** How far a job is: the `code` of a status answer (section 2.8). From `done` on all its commands are over. */
export const jobCode = {
  pending: 0,
  running: 1,
  done: 3,
  notifying: 4,
  notificationFailed: 5,
  notified: 6,
} as const;

/** How far a command is: the `code` of an item. */
export const itemCode = { pending: 0, running: 1, failed: 2, succeeded: 3 } as const;
