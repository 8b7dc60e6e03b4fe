import { CurveEmulatorError } from '../errors.js';
import type { FaultAction, FaultMatch, FaultRule, Role } from './fault-rule.js';
import { parseAction } from './parse-action.js';

/** A rule in force, and what became of it so far. */
export interface ActiveFault {
  /** Names the rule at the control endpoint. */
  id: string;
  /** As it was added. */
  rule: FaultRule;
  /** How many calls its service, method, role and port matched. */
  matched: number;
  /** How many of them it acted on. */
  fired: number;
}

/** Takes back what `add` put in force; `using` does so at the end of a block. */
export interface FaultRemover extends Disposable {
  (): void;
}

/** The faults of an emulator. */
export interface CurveFaults {
  /**
   * Puts a rule in force, after those already there.
   *
   * @throws CurveEmulatorError `INVALID_FAULT`
   */
  add(rule: FaultRule): FaultRemover;
  /** The rules in force, oldest first. */
  list(): ActiveFault[];
  /** Ends all faults. */
  clear(): void;
}

/** The call that a rule may meet. */
export interface FaultTarget {
  role: Role;
  port: number;
  service: string;
  method: string;
}

interface Entry extends ActiveFault {
  match: FaultMatch;
  actions: readonly FaultAction[];
}

/** Holds the rules and decides which one a call meets. */
export class FaultRegistry implements CurveFaults {
  #entries: Entry[] = [];
  #nextId = 1;
  readonly #random: () => number;

  constructor(rules: readonly FaultRule[], random: () => number) {
    this.#random = random;
    for (const rule of rules) this.add(rule);
  }

  add(rule: FaultRule): FaultRemover {
    const { id } = this.insert(rule);
    const remove = () => {
      this.remove(id);
    };
    return Object.assign(remove, { [Symbol.dispose]: remove });
  }

  /** Like `add`, and tells the rule's id. */
  insert(rule: FaultRule): ActiveFault {
    const actions = (Array.isArray(rule.do) ? rule.do : [rule.do]).map(parseAction);
    const match = checkMatch(rule.match ?? {});
    const entry: Entry = { id: String(this.#nextId++), rule, matched: 0, fired: 0, match, actions };
    this.#entries.push(entry);
    return describe(entry);
  }

  /** @returns whether there was such a rule */
  remove(id: string): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(entry => entry.id !== id);
    return this.#entries.length < before;
  }

  list(): ActiveFault[] {
    return this.#entries.map(describe);
  }

  clear(): void {
    this.#entries = [];
  }

  /** What is to be done to a call. Every rule that it matches counts it; the first that fires is chosen. */
  choose(target: FaultTarget): readonly FaultAction[] {
    let chosen: Entry | undefined;
    for (const entry of this.#entries) {
      if (!matches(entry.match, target)) continue;
      entry.matched += 1;
      if (!chosen && this.#fires(entry)) chosen = entry;
    }
    if (!chosen) return [];
    chosen.fired += 1;
    return chosen.actions;
  }

  #fires({ match: { nth, times, probability }, matched, fired }: Entry): boolean {
    if (nth !== undefined && ![nth].flat().includes(matched)) return false;
    if (times !== undefined && fired >= times) return false;
    return probability === undefined || this.#random() < probability;
  }
}

function describe({ id, rule, matched, fired }: Entry): ActiveFault {
  return { id, rule, matched, fired };
}

function matches(match: FaultMatch, target: FaultTarget): boolean {
  const { service, method, role, port } = match;
  if (service !== undefined && service !== target.service && !target.service.endsWith(`.${service}`))
    return false;
  if (method !== undefined && method !== target.method) return false;
  if (role !== undefined && role !== target.role) return false;
  return port === undefined || port === target.port;
}

function checkMatch(match: FaultMatch): FaultMatch {
  const known = ['service', 'method', 'role', 'port', 'nth', 'times', 'probability'];
  const unknown = Object.keys(match).find(name => !known.includes(name));
  if (unknown !== undefined) throw new CurveEmulatorError('INVALID_FAULT', `a fault cannot match ${unknown}`);
  const counts = [match.nth ?? [], match.times ?? []].flat();
  if (counts.some(count => !Number.isInteger(count) || count < 1)) {
    throw new CurveEmulatorError('INVALID_FAULT', 'nth and times of a fault are whole numbers from 1');
  }
  const { probability } = match;
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw new CurveEmulatorError('INVALID_FAULT', 'the probability of a fault is from 0 to 1');
  }
  return match;
}
