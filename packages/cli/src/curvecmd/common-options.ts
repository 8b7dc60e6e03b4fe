/** Options that several commands have. */
export const RECURSIVE = {
  long: 'recursive',
  short: 'r',
  description: 'a directory and all below it',
} as const;

export const ID = {
  long: 'id',
  argument: 'ID',
  description: 'id of the volume, where several were at the path',
} as const;

export const YES = { long: 'yes', short: 'y', description: 'do not ask' } as const;

export const OFFSET = {
  long: 'offset',
  argument: 'SIZE',
  description: 'where in the volume to begin; default 0',
} as const;

export const STRIPE_UNIT = {
  long: 'stripe-unit',
  argument: 'SIZE',
  description: 'bytes that go to one chunk before it is the turn of the next',
} as const;

export const STRIPE_COUNT = {
  long: 'stripe-count',
  argument: 'N',
  description: 'chunks that take turns',
} as const;

export const POOLSET = {
  long: 'poolset',
  argument: 'NAME',
  description: "default the cluster's choice",
} as const;

export const RESTORE_TO = {
  long: 'to',
  argument: 'PATH',
  description: 'where it goes, with --id; default where it was',
} as const;
