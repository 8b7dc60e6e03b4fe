/** Why a file could not be read, in a few words. */
export function unreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
      return 'permission denied';
    case 'NOT_A_FILE':
      return 'not a file';
    case 'FILE_CHANGED':
      return 'changed while it was read';
    default:
      return error.message;
  }
}
