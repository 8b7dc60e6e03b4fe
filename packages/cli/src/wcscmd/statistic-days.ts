import { usageError } from '../cli-error.js';
import type { WcscmdOptionValues } from './wcscmd-options.js';

/** The days that statistics are asked for: as given, else yesterday and today. */
export function statisticDays(values: WcscmdOptionValues): { startDate: string; endDate: string } {
  return { startDate: day(values, 'startdate', -1), endDate: day(values, 'enddate', 0) };
}

function day(values: WcscmdOptionValues, option: 'startdate' | 'enddate', fromToday: number): string {
  const text = values.get(option);
  if (typeof text !== 'string' || text === '') return calendarDay(fromToday);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  throw usageError(`--${option} must be a day as YYYY-MM-DD; it is ${JSON.stringify(text)}`);
}

/** A day of the calendar on this machine's wall. */
function calendarDay(fromToday: number): string {
  const now = new Date();
  const date = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + fromToday));
  return date.toISOString().slice(0, 10);
}
