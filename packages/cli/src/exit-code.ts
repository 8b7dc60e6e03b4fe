/** What a command's exit status means. */
export const ExitCode = {
  /** Everything asked for was done. */
  success: 0,
  /** The service, the network or a file failed. */
  failed: 1,
  /** The command line makes no sense; nothing was done. */
  usage: 2,
  /** The configuration is missing, incomplete or wrong. */
  config: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;
