import { validateHeaderName, validateHeaderValue } from 'node:http';
import { WcsEmulatorError } from '../errors.js';
import type { FaultAction, StatusFault } from './fault-rule.js';

/** How each action is written as text. */
const forms: readonly [RegExp, (first: string, second: string) => FaultAction][] = [
  [/^status (\d+)$/, status => ({ type: 'status', status: Number(status) })],
  [/^reset$/, () => ({ type: 'reset' })],
  [/^reset[ -]during (\d+)$/, bytes => ({ type: 'reset-during', bytes: Number(bytes) })],
  [/^delay (\d+) ?ms$/, ms => ({ type: 'delay', ms: Number(ms) })],
  [/^delay (\d+(?:\.\d+)?) ?s$/, seconds => ({ type: 'delay', ms: Number(seconds) * 1000 })],
  [
    /^redirect(?: (30[12378]))? (\S+)$/,
    (status, url) => ({ type: 'status', status: Number(status || 302), headers: { Location: url } }),
  ],
  [/^overload$/, () => ({ type: 'status', status: 503, headers: { 'Retry-After': '1' } })],
  [/^hang$/, () => ({ type: 'hang' })],
  [/^drop(?:[ -]answer)?$/, () => ({ type: 'drop' })],
  [/^truncate$/, () => ({ type: 'truncate' })],
  [/^truncate (\d+)$/, bytes => ({ type: 'truncate', bytes: Number(bytes) })],
  [/^corrupt(?: body)?$/, () => ({ type: 'corrupt' })],
  [/^corrupt (\w+)$/, member => ({ type: 'corrupt', member })],
  [/^disk[ -]full$/, () => ({ type: 'disk-full' })],
  [/^disk[ -]full (\d+)$/, bytes => ({ type: 'disk-full', bytes: Number(bytes) })],
];

/** @throws WcsEmulatorError `INVALID_FAULT` */
export function parseAction(action: unknown): FaultAction {
  if (typeof action === 'string') return checkAction(parseText(action));
  if (typeof action === 'object' && action !== null && 'type' in action)
    return checkAction(action as FaultAction);
  throw new WcsEmulatorError('INVALID_FAULT', `not a fault action: ${JSON.stringify(action)}`);
}

function parseText(text: string): FaultAction {
  for (const [form, make] of forms) {
    const match = form.exec(text.trim());
    if (match) return make(match[1] ?? '', match[2] ?? '');
  }
  throw new WcsEmulatorError('INVALID_FAULT', `not a fault action: ${text}`);
}

function checkAction(action: FaultAction): FaultAction {
  switch (action.type) {
    case 'status':
      return checkStatus(action);
    case 'reset-during':
      return checked(action, 'bytes', action.bytes, 0);
    case 'delay':
      return checked(action, 'ms', action.ms, 0, 2 ** 31 - 1);
    case 'truncate':
    case 'disk-full':
      return checked(action, 'bytes', action.bytes ?? 0, 0);
    case 'corrupt':
    case 'reset':
    case 'hang':
    case 'drop':
      return action;
    default:
      throw new WcsEmulatorError('INVALID_FAULT', `not a fault action: ${JSON.stringify(action)}`);
  }
}

/** What no answer could carry is refused now, and not when the fault is to act. */
function checkStatus(action: StatusFault): StatusFault {
  const { status, body = '', headers = {} } = action;
  if (typeof body !== 'string' || typeof headers !== 'object' || headers === null) {
    throw new WcsEmulatorError('INVALID_FAULT', 'fault action status: body is text, headers an object');
  }
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WcsEmulatorError('INVALID_FAULT', `fault action status: ${reason}`, { cause: error });
  }
  return checked(action, 'status', Number.isInteger(status) ? status : Number.NaN, 200, 999);
}

function checked<T extends FaultAction>(
  action: T,
  name: string,
  value: unknown,
  min: number,
  max = Infinity,
): T {
  if (typeof value === 'number' && value >= min && value <= max) return action;
  throw new WcsEmulatorError('INVALID_FAULT', `fault action ${action.type}: ${name} is ${String(value)}`);
}
