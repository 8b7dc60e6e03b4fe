/** What a client can be asked, in the order of CURVE_OPERATIONS in native/src/core/client/command.h. */
export enum Op {
  create,
  mkdir,
  rmdir,
  stat,
  list,
  extend,
  rename,
  unlink,
  deleteForce,
  recover,
  changeOwner,
  increaseEpoch,
  clusterId,
  listPoolset,
  allocatedSize,
  fileSize,
  mountPoints,
  segment,
  copysetServers,
  unary,
  open,
  close,
  statFd,
  read,
  write,
  discard,
  uninit,
}

/** Their names, in that order. */
export const OPERATIONS: readonly string[] = Object.keys(Op).filter(name => Number.isNaN(Number(name)));
