/** Whether a path is for the emulator itself rather than for the service. */
export function isControl(path: string): boolean {
  return path.startsWith('/-/control/');
}
