import { WcsEmulatorError } from '../errors.js';
import type { FaultAction, FaultMatch, FaultRule, OutboundPurpose } from './fault-rule.js';
import { parseAction } from './parse-action.js';

/** A rule in force, and what became of it so far. */
export interface ActiveFault {
  /** Names the rule at the control endpoint. */
  id: string;
  /** As it was added. */
  rule: FaultRule;
  /** How many requests its method and path matched. */
  matched: number;
  /** How many of them it acted on. */
  fired: number;
}

/** Takes back what `add` put in force; `using` does so at the end of a block. */
export interface FaultRemover extends Disposable {
  (): void;
}

/** The faults of an emulator. */
export interface WcsFaults {
  /**
   * Puts a rule in force, after those already there.
   *
   * @throws WcsEmulatorError `INVALID_FAULT`
   */
  add(rule: FaultRule): FaultRemover;
  /** The rules in force, oldest first. */
  list(): ActiveFault[];
  /** Ends all faults. */
  clear(): void;
}

interface Entry extends ActiveFault {
  match: FaultMatch;
  actions: readonly FaultAction[];
}

/** Holds the rules and decides which one a request meets. */
export class FaultRegistry implements WcsFaults {
  #entries: Entry[] = [];
  #nextId = 1;
  readonly #random: () => number;

  constructor(rules: readonly FaultRule[] = [], random: () => number) {
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
    checkActions(match, actions);
    const entry: Entry = { id: String(this.#nextId++), rule, matched: 0, fired: 0, match, actions };
    this.#entries.push(entry);
    return entry;
  }

  /** @returns whether there was such a rule */
  remove(id: string): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(entry => entry.id !== id);
    return this.#entries.length < before;
  }

  list(): ActiveFault[] {
    return this.#entries.map(({ id, rule, matched, fired }) => ({ id, rule, matched, fired }));
  }

  clear(): void {
    this.#entries = [];
  }

  /** What is to be done to a request. Every rule that it matches counts it; the first that fires is chosen. */
  choose(method: string, target: string): readonly FaultAction[] {
    return this.#choose(({ outbound, job }) => outbound === undefined && job === undefined, method, target);
  }

  /** What is to be done to a request of the emulator to another server. */
  chooseOutbound(purpose: OutboundPurpose, method: string, target: string): readonly FaultAction[] {
    return this.#choose(({ outbound }) => outbound === purpose || outbound === 'any', method, target);
  }

  /** What is to be done to a command of a job. */
  chooseJob(kind: string, command: string): readonly FaultAction[] {
    return this.#choose(({ job }) => job === kind || job === 'any', '', command);
  }

  #choose(concerns: (match: FaultMatch) => boolean, method: string, target: string): readonly FaultAction[] {
    let chosen: Entry | undefined;
    for (const entry of this.#entries) {
      if (!concerns(entry.match)) continue;
      if (!matchesRequest(entry.match, method, target)) continue;
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

function matchesRequest({ method, path }: FaultMatch, requestMethod: string, target: string): boolean {
  if (method !== undefined && method.toUpperCase() !== requestMethod) return false;
  if (path === undefined) return true;
  // A pattern with the flag g or y would remember where it stopped.
  return typeof path === 'string'
    ? target.startsWith(path)
    : new RegExp(path.source, path.flags.replace(/[gy]/g, '')).test(target);
}

/** What can happen to the commands of jobs. */
const jobActions: readonly FaultAction['type'][] = ['delay', 'hang', 'status', 'disk-full'];

function checkActions({ outbound, job }: FaultMatch, actions: readonly FaultAction[]): void {
  const impossible = actions.find(({ type }) =>
    job === undefined ? outbound !== undefined && type === 'disk-full' : !jobActions.includes(type),
  );
  if (!impossible) return;
  const what = job === undefined ? 'an outbound request' : 'a command of a job';
  throw new WcsEmulatorError('INVALID_FAULT', `${impossible.type} cannot happen to ${what}`);
}

function checkMatch(match: FaultMatch): FaultMatch {
  const known = ['outbound', 'job', 'method', 'path', 'nth', 'times', 'probability'];
  const unknown = Object.keys(match).find(name => !known.includes(name));
  if (unknown !== undefined) throw new WcsEmulatorError('INVALID_FAULT', `a fault cannot match ${unknown}`);
  const purposes = ['callback', 'notification', 'fetch', 'any', undefined];
  if (!purposes.includes(match.outbound)) {
    throw new WcsEmulatorError('INVALID_FAULT', `no outbound request is a ${match.outbound}`);
  }
  if (match.job !== undefined && (match.outbound !== undefined || match.method !== undefined)) {
    throw new WcsEmulatorError('INVALID_FAULT', 'a command of a job is no request: it has no method');
  }
  const { method = '', path = '' } = match;
  if (typeof method !== 'string' || !(typeof path === 'string' || path instanceof RegExp)) {
    throw new WcsEmulatorError('INVALID_FAULT', 'the method of a fault is text, its path text or a pattern');
  }
  const counts = [match.nth ?? [], match.times ?? []].flat();
  if (counts.some(count => !Number.isInteger(count) || count < 1)) {
    throw new WcsEmulatorError('INVALID_FAULT', 'nth and times of a fault are whole numbers from 1');
  }
  const { probability } = match;
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw new WcsEmulatorError('INVALID_FAULT', 'the probability of a fault is from 0 to 1');
  }
  return match;
}
