/** Options of `import` and `export`. */
export const TRANSFER_OPTIONS = [
  { long: 'resume', description: 'go on where an earlier attempt was broken off' },
  { long: 'no-progress', description: 'draw no progress bar' },
  { long: 'progress', description: 'without a terminal: a line on stderr now and then' },
] as const;

/** Name of one of {@link TRANSFER_OPTIONS}. */
export type TransferOption = (typeof TRANSFER_OPTIONS)[number]['long'];
