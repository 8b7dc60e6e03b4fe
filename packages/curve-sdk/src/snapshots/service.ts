import { performance } from 'node:perf_hooks';
import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { CurveError, closed, subject } from '../errors/curve-error.js';
import { hintForUnknown } from '../errors/hints.js';
import { onAbort } from '../flow/on-abort.js';
import { type Answer, exchange, LostAnswer } from './exchange.js';
import { Members } from './members.js';
import { pause } from './pause.js';
import { requestTarget, type ServiceRequest } from './request-target.js';
import { INTERNAL, STOPPING, serviceStatus } from './service-status.js';

/** Milliseconds without any server; one that ended is replaced within some five seconds (curve-snapshot.md §1). */
const WITHOUT_SERVER = 15_000;
/** Milliseconds between rounds of asking all servers. */
const BETWEEN_ROUNDS = 250;
/** Milliseconds for the answer to a question: the server has it in memory, or in etcd. */
const ANSWERING = 10_000;
/** Milliseconds for what is only begun: the server asks the MDS first, and writes to etcd. */
const BEGINNING = 30_000;
/** How often a question is asked that is answered with an internal error, as happens at the end of a task. */
const MOMENTS = 5;

/** The snapshot-clone service: several servers, of which one listens (curve-snapshot.md §1, §2). */
export class SnapshotService {
  readonly #connection: Connection;
  readonly #addresses: readonly string[];
  /** The one that answered last. */
  #leader = 0;

  constructor(connection: Connection, addresses: readonly string[]) {
    this.#connection = connection;
    this.#addresses = addresses;
  }

  /** The members of an answer of success. */
  async ask(course: Course, request: ServiceRequest): Promise<Members> {
    const { operation, path } = course;
    if (this.#connection.ending.aborted) throw closed('client', operation, path);
    if (this.#addresses.length === 0) {
      const message = `${subject(operation, path)}: connect() was given no addresses of snapshot-clone servers`;
      throw new CurveError('CONFIG', message, { operation, path });
    }
    const target = requestTarget(request, operation);
    const over = new AbortController();
    const stop = onAbort(this.#connection.ending, () => over.abort());
    const attempt = new Attempts(course, request, target);
    try {
      return await course.unlessOver(this.#rounds(attempt, over.signal));
    } catch (error) {
      if (this.#connection.ending.aborted) throw closed('client', operation, path);
      throw attempt.told(error);
    } finally {
      stop();
      over.abort();
    }
  }

  async #rounds(attempts: Attempts, signal: AbortSignal): Promise<Members> {
    const end = performance.now() + WITHOUT_SERVER;
    for (let moments = 1; ; await pause(BETWEEN_ROUNDS, signal)) {
      for (const index of this.#inTurn()) {
        signal.throwIfAborted();
        const address = this.#addresses[index] as string;
        const answer = await attempts.send(address, signal);
        if (answer === undefined) continue;
        this.#leader = index;
        const members = attempts.members(answer);
        if (members instanceof Members) return members;
        if (!attempts.question) throw members;
        attempts.refused(members);
        if (members.statusCode === STOPPING) continue;
        if (members.statusCode !== INTERNAL || ++moments > MOMENTS) throw members;
        break;
      }
      if (performance.now() > end) throw attempts.failure;
    }
  }

  *#inTurn(): Generator<number> {
    const first = this.#leader;
    for (let i = 0; i < this.#addresses.length; i++) yield (first + i) % this.#addresses.length;
  }
}

/** What became of one request so far. */
class Attempts {
  readonly question: boolean;
  readonly #course: Course;
  readonly #request: ServiceRequest;
  readonly #target: string;
  #count = 0;
  #reached = false;
  /** Why it is not done yet, as far as is known: what a server said tells more than silence, and that more than none there. */
  #failure: { readonly tells: 0 | 1 | 2; readonly error: CurveError } | undefined;

  constructor(course: Course, request: ServiceRequest, target: string) {
    this.#course = course;
    this.#request = request;
    this.#target = target;
    this.question = request.again === 'question';
  }

  /**
   * @returns the answer, or undefined where another server may be asked
   * @throws CurveError where none may
   */
  async send(address: string, signal: AbortSignal): Promise<Answer | undefined> {
    this.#count += 1;
    try {
      return await exchange({
        address,
        target: this.#target,
        patience: this.#patience(),
        signal,
        connected: () => {
          this.#reached = true;
        },
      });
    } catch (error) {
      if (!(error instanceof LostAnswer)) throw error;
      signal.throwIfAborted();
      const failure = this.#lost(address, error);
      if (error.tooLong || (error.reached && this.#request.again === 'never')) throw failure;
      this.#learn(error.reached ? 1 : 0, failure);
      return undefined;
    }
  }

  /** The members of an answer, or the error that it says. */
  members({ httpStatus, body }: Answer): Members | CurveError {
    const failed = (what: string) =>
      this.#error('FAILED', `the snapshot-clone service's answer ${what}`, {
        httpStatus,
        status: `HTTP ${httpStatus}`,
        // Something between may have said that.
        hint: hintForUnknown(this.#course.operation, 1),
      });
    let read: unknown;
    try {
      read = JSON.parse(body);
    } catch {
      return failed(`of HTTP status ${httpStatus} is no JSON`);
    }
    const members = new Members(read, failed);
    const code = members.text('Code');
    if (code === '0' && httpStatus === 200) return members;
    if (code === '0' || !/^-\d+$/.test(code)) return failed(`has HTTP status ${httpStatus} and code ${code}`);
    const { name, says, hint, code: ours } = serviceStatus(Number(code));
    return this.#error(ours, `the snapshot-clone service answered ${name} (${code}): ${says}`, {
      httpStatus,
      status: name,
      statusCode: Number(code),
      requestId: members.textIfAny('RequestId'),
      taskId: members.textIfAny('UUID'),
      hint: hint ?? '',
    });
  }

  /** A server refused what another one, or the same later, may take. */
  refused(error: CurveError): void {
    this.#learn(2, error);
  }

  /** Why it is not done. */
  get failure(): CurveError | undefined {
    return this.#failure?.error;
  }

  #learn(tells: 0 | 1 | 2, error: CurveError): void {
    if (tells >= (this.#failure?.tells ?? 0)) this.#failure = { tells, error };
  }

  #lost(address: string, error: LostAnswer): CurveError {
    const cause = error.cause as NodeJS.ErrnoException;
    const times = this.#count > 1 ? `, after ${this.#count} attempts` : '';
    const said = `no answer of the snapshot-clone server at ${address}: ${error.message}${times}`;
    return this.#error('FAILED', said, { status: cause.code, hint: this.#doubt(), cause });
  }

  #patience(): number | undefined {
    if (this.question) return ANSWERING;
    return this.#request.synchronous ? undefined : BEGINNING;
  }

  /** The same error; one of running out of time says what may have been done meanwhile. */
  told(error: unknown): unknown {
    if (!(error instanceof CurveError) || error.code !== 'TIMEOUT') return error;
    const { operation, path } = this.#course;
    const hint = this.#doubt();
    const message = `${error.message}${hint && `; ${hint}`}`;
    const request = this.#shownRequest();
    const details = { operation, path, attempts: this.#count, request, hint: hint === '' ? undefined : hint };
    return new CurveError('TIMEOUT', message, details);
  }

  #doubt(): string {
    return this.#reached ? hintForUnknown(this.#course.operation, 1) : '';
  }

  #error(
    code: CurveError['code'],
    said: string,
    { hint, ...details }: Partial<ConstructorParameters<typeof CurveError>[2]>,
  ): CurveError {
    const { operation, path } = this.#course;
    const message = `${subject(operation, path)}: ${said}${hint ? `; ${hint}` : ''}`;
    return new CurveError(code, message, {
      ...details,
      operation,
      path,
      attempts: this.#count,
      request: this.#shownRequest(),
      hint: hint === '' ? undefined : hint,
    });
  }

  #shownRequest(): string {
    return Buffer.from(this.#target, 'latin1').toString();
  }
}
