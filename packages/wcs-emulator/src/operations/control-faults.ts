import { WcsEmulatorError } from '../errors.js';
import type { ActiveFault } from '../faults/fault-registry.js';
import type { FaultRule } from '../faults/fault-rule.js';
import { parseQuery } from '../http/encoding.js';
import { readBody } from '../http/read-body.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { requireLocal } from './require-local.js';

/** The largest rule, in bytes. */
const maxRuleBytes = 1024 * 1024;

/**
 * `/-/control/faults`, for processes on the same machine: GET lists the rules, POST adds the one in its body
 * and tells its id, DELETE ends them all, or with `?id=` that one. A pattern for the path is written
 * `"path": {"pattern": "…", "flags": "i"}`.
 */
export const controlFaults: Operation = async context => {
  requireLocal(context);
  if (context.method === 'GET') return jsonReply(200, { faults: context.faults.list().map(describe) });
  if (context.method === 'DELETE') return endFaults(context);
  const rule = parseRule(await readBody(context.body, maxRuleBytes));
  try {
    return jsonReply(200, describe(context.faults.insert(rule)));
  } catch (error) {
    if (error instanceof WcsEmulatorError) throw new ServiceError(400, error.message, { cause: error });
    throw error;
  }
};

function endFaults(context: RequestContext): Reply {
  const id = parseQuery(context.query).get('id');
  if (id === undefined) context.faults.clear();
  else if (!context.faults.remove(id)) throw new ServiceError(404, `no such fault: ${id}`);
  return jsonReply(200, { faults: context.faults.list().map(describe) });
}

function parseRule(body: Buffer): FaultRule {
  try {
    const rule = JSON.parse(body.toString()) as FaultRule & { match?: { path?: unknown } };
    const path: unknown = rule.match?.path;
    if (typeof path === 'object' && path !== null && 'pattern' in path) {
      const flags = 'flags' in path ? String(path.flags) : '';
      return { ...rule, match: { ...rule.match, path: new RegExp(String(path.pattern), flags) } };
    }
    return rule;
  } catch (error) {
    throw new ServiceError(400, 'the body is not a fault rule in JSON', { cause: error });
  }
}

function describe({ id, rule, matched, fired }: ActiveFault): unknown {
  const path = rule.match?.path;
  const match =
    path instanceof RegExp
      ? { ...rule.match, path: { pattern: path.source, flags: path.flags } }
      : rule.match;
  return { id, rule: { ...rule, ...(match && { match }) }, matched, fired };
}
