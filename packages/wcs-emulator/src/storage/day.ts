/** The day of a time in UTC, as `2023-11-10`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
