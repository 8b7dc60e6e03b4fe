import { WcsError } from '../errors.js';
import { answerError, plainStart, requireSuccess } from './answer.js';
import { type AnswerMembers, isMembers, numberMember, textMember } from './answer-members.js';
import type { WireResponse } from './transport.js';

/**
 * A JSON answer, and what must be in it. An answer without what was asked for is an error rather than "nothing there",
 * and so is one of HTTP 200 whose own `code` speaks of a failure, as gateways and portals send them.
 */
export class ReceivedAnswer {
  readonly wire: WireResponse;
  readonly #operation: string;
  readonly #subject: string;

  /** @throws WcsError if it is not a success */
  constructor(operation: string, subject: string, wire: WireResponse) {
    requireSuccess(operation, subject, wire);
    this.wire = wire;
    this.#operation = operation;
    this.#subject = subject;
  }

  /** The service's id of the request; absent if it gives none. */
  get id(): { requestId?: string } {
    return this.wire.requestId ? { requestId: this.wire.requestId } : {};
  }

  /** A JSON object that does not speak of a failure. */
  members(): AnswerMembers {
    const members = this.ownMembers();
    this.#checkCode(members);
    return members;
  }

  /** A JSON object whose `code` has a meaning of its own. */
  ownMembers(): AnswerMembers {
    const value = this.json();
    if (isMembers(value)) return value;
    throw this.unusable('no members');
  }

  /** Any JSON. */
  json(): unknown {
    const text = this.wire.body.toString('utf8');
    try {
      return JSON.parse(text);
    } catch {
      const start = plainStart(text);
      throw this.#error(`the answer is not JSON: ${start || 'empty body'}`, { serverMessage: start });
    }
  }

  /** What the service says to work that has no result: `{"code":200,"message":"OK"}` (wcs-api §2.5). */
  acknowledgement(): { requestId?: string } {
    if (isAbsent(this.members()['code'])) throw this.unusable('no code');
    return this.id;
  }

  /** A text that is not empty. */
  text(members: AnswerMembers, name: string): string {
    const text = textMember(members, name);
    if (text !== undefined) return text;
    throw this.unusable(`no usable ${name}`);
  }

  /** A whole number of at least 0, which the service writes as a number here and as a text there. */
  size(members: AnswerMembers, name: string): number {
    const value = members[name];
    const size = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number;
    throw this.unusable(`no usable ${name}`);
  }

  /** A number. */
  number(members: AnswerMembers, name: string): number {
    const number = numberMember(members, name);
    if (number !== undefined) return number;
    throw this.unusable(`no usable ${name}`);
  }

  /** A list of objects. */
  objects(members: AnswerMembers, name: string): AnswerMembers[] {
    const list = members[name];
    if (Array.isArray(list) && list.every(isMembers)) return list;
    throw this.unusable(`no usable ${name}`);
  }

  /** The error for an answer that has not what was asked for. Nobody knows what it stands for. */
  unusable(what: string): WcsError {
    return this.#error(`the answer has ${what}`);
  }

  #error(what: string, details: { serverMessage?: string } = {}): WcsError {
    return new WcsError('UNEXPECTED_RESPONSE', `${this.#operation} ${this.#subject}: ${what}`, {
      operation: this.#operation,
      status: this.wire.status,
      requestId: this.wire.requestId,
      retryable: true,
      doubtful: true,
      ...details,
    });
  }

  #checkCode({ code }: AnswerMembers): void {
    if (isAbsent(code)) return;
    const number = typeof code === 'string' && code.trim() !== '' ? Number(code) : code;
    if (typeof number !== 'number' || !Number.isInteger(number))
      throw this.unusable(`the code ${JSON.stringify(code)}`);
    if (number < 200 || number > 299)
      throw answerError(this.#operation, this.#subject, this.wire, { status: number });
  }
}

/** Whether a member is not given: some services write so what others leave out. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
