import { CurveEmulatorError } from '../errors.js';
import { ChunkOpStatus } from '../proto/chunk_pb.js';
import { StatusCode } from '../proto/nameserver2_pb.js';
import type { FaultAction, SimpleFault } from './fault-rule.js';

const simple: readonly SimpleFault['type'][] = [
  'hang',
  'drop',
  'reset',
  'wrong-correlation-id',
  'duplicate',
  'truncate',
  'slow',
  'short-attachment',
];

/** How each action is written as text; blanks and hyphens are the same. */
const forms: readonly [RegExp, (argument: string) => FaultAction][] = [
  [/^delay (\d+) ?ms$/, ms => ({ type: 'delay', ms: Number(ms) })],
  [/^delay (\d+(?:\.\d+)?) ?s$/, seconds => ({ type: 'delay', ms: Number(seconds) * 1000 })],
  [/^redirect$/, () => ({ type: 'status', status: ChunkOpStatus.REDIRECTED })],
  [/^redirect (\S+)$/, redirect => ({ type: 'status', status: ChunkOpStatus.REDIRECTED, redirect })],
  [/^status (-?\w+)$/, name => ({ type: 'status', status: statusByName(name) })],
  [/^error (\d+)$/, code => ({ type: 'error', code: Number(code) })],
  [/^truncate frame$/, () => ({ type: 'truncate' })],
];

/** @throws CurveEmulatorError `INVALID_FAULT` */
export function parseAction(action: unknown): FaultAction {
  if (typeof action === 'string') return parseText(action.trim());
  if (typeof action === 'object' && action !== null && 'type' in action) {
    return checkAction(action as FaultAction);
  }
  throw new CurveEmulatorError('INVALID_FAULT', `not a fault action: ${JSON.stringify(action)}`);
}

function parseText(text: string): FaultAction {
  const type = simple.find(name => name === text.replaceAll(' ', '-'));
  if (type) return { type };
  for (const [form, make] of forms) {
    const match = form.exec(text);
    if (match) return checkAction(make(match[1] ?? ''));
  }
  // What is left may be a chunk status in words: `overload`, `chunk not exist`, `epoch too old`.
  return { type: 'status', status: statusByName(text) };
}

/** A status by number, by its full name, or by that of a chunk status without prefix, in words. */
function statusByName(name: string): number {
  if (/^-?\d+$/.test(name)) return Number(name);
  const squeeze = (text: string) => text.replace(/[ _-]/g, '').toLowerCase();
  const wanted = squeeze(name);
  for (const [key, value] of [...Object.entries(ChunkOpStatus), ...Object.entries(StatusCode)]) {
    const names = [key, `CHUNK_OP_STATUS_${key}`].map(squeeze);
    if (typeof value === 'number' && names.includes(wanted)) return value;
  }
  throw new CurveEmulatorError('INVALID_FAULT', `not a fault action: ${name}`);
}

function checkAction(action: FaultAction): FaultAction {
  switch (action.type) {
    case 'delay':
      return checked(action, action.ms, 2 ** 31 - 1);
    case 'status':
      // Those of the topology service are negative.
      return checked(action, Math.abs(action.status), 2 ** 31 - 1);
    case 'error':
      return checked(action, action.code, 2 ** 31 - 1);
    default:
      if (simple.includes(action.type)) return action;
      throw new CurveEmulatorError('INVALID_FAULT', `not a fault action: ${JSON.stringify(action)}`);
  }
}

function checked(action: FaultAction, value: unknown, max: number): FaultAction {
  if (typeof value === 'number' && value >= 0 && value <= max) return action;
  throw new CurveEmulatorError(
    'INVALID_FAULT',
    `fault action ${action.type}: ${String(value)} is out of range`,
  );
}
