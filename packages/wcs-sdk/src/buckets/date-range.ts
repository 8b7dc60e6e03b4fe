import { invalidArgument, WcsError } from '../errors.js';

/** A day: `YYYY-MM-DD`, or a date, which stands for its day in UTC. */
export type Day = string | Date;

/** The days that a question about a bucket covers. */
export interface DateRange {
  /** First day. */
  startDate: Day;
  /** Last day, at most six months after the first. */
  endDate: Day;
}

/** The longest range that the service answers, in months (wcs-api §2.7). */
const LONGEST = 6;

/** Checks the range, and gives its days as the service writes them. */
export function checkDateRange({ startDate, endDate }: DateRange): { start: string; end: string } {
  const start = dayOf('startDate', startDate);
  const end = dayOf('endDate', endDate);
  if (end < start) {
    throw new WcsError('INVALID_ARGUMENT', `endDate must not be before startDate; got ${start} to ${end}`);
  }
  const last = monthsAfter(start, LONGEST);
  if (end > last) {
    throw new WcsError(
      'INVALID_ARGUMENT',
      `startDate to endDate must be at most six months; from ${start}, that is until ${last}; got ${end}`,
    );
  }
  return { start, end };
}

function dayOf(name: string, day: Day): string {
  const text = day instanceof Date && !Number.isNaN(day.getTime()) ? day.toISOString().slice(0, 10) : day;
  // A day that the calendar does not have, such as 30 February, comes back as another.
  const real =
    typeof text === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().startsWith(text);
  if (!real) throw invalidArgument(name, 'a day as YYYY-MM-DD, or a Date', day);
  return text;
}

/** The same day of a later month, or that month's last. */
function monthsAfter(day: string, months: number): string {
  const date = new Date(day);
  const dayOfMonth = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  if (date.getUTCDate() !== dayOfMonth) date.setUTCDate(0);
  return date.toISOString().slice(0, 10);
}
