/** A short rendering of a value for error messages: `-1`, `"4MB"`, `null`, `an object of class Date`. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) {
    const className: unknown = value.constructor?.name;
    return typeof className === 'string' && className !== ''
      ? `an object of class ${className}`
      : 'an object';
  }
  return String(value);
}
