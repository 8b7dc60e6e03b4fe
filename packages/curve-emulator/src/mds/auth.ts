import { createHmac, timingSafeEqual } from 'node:crypto';
import { StatusCode } from '../proto/nameserver2_pb.js';
import { StatusFailure } from '../rpc/status-failure.js';
import type { Namespace, Place } from './namespace.js';
import { components } from './paths.js';
import type { FileRecord } from './records.js';

/** How far the clock of a caller may be off, in microseconds (protocol 4.4). */
const maxClockSkew = 15_000_000;

/** Who calls. The root user may do everything. */
export interface Caller {
  name: string;
  isRoot: boolean;
}

/** What every request says about its caller. */
export interface Credentials {
  owner: string;
  signature: string;
  /** Microseconds since the epoch. */
  date: bigint;
}

/** Tells callers apart (protocol 4.4). */
export class Authenticator {
  readonly rootUser: string;
  readonly #password: string;
  readonly #now: () => number;

  /** `now` tells the time in microseconds since the epoch. */
  constructor(rootUser: string, password: string, now: () => number) {
    this.rootUser = rootUser;
    this.#password = password;
    this.#now = now;
  }

  /**
   * Identifies the caller of a request about `paths`, which are looked at first.
   *
   * @throws StatusFailure kParaError, kOwnerAuthFail
   */
  identify({ owner, signature, date }: Credentials, ...paths: string[]): Caller {
    for (const path of paths) components(path);
    const isRoot = owner === this.rootUser;
    const late = Math.abs(this.#now() - Number(date)) >= maxClockSkew;
    if (owner === '' || late || (isRoot && !this.#signed(signature, `${date}:${owner}`))) {
      throw new StatusFailure(StatusCode.kOwnerAuthFail);
    }
    return { name: owner, isRoot };
  }

  /** What a caller of this process says about itself. */
  credentials(owner: string): Credentials {
    const date = BigInt(this.#now());
    const signature = owner === this.rootUser ? this.#sign(`${date}:${owner}`).toString('base64') : '';
    return { owner, signature, date };
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#password).update(text).digest();
  }

  #signed(signature: string, text: string): boolean {
    const expected = this.#sign(text);
    const given = Buffer.from(signature, 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** What a caller may reach: the path rules of protocol 4.4. Each returns what it found. */
export class Access {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** The directory to make an entry in: everybody's if it is the root, else the caller's, like all above it. */
  place(path: string, caller: Caller): Place {
    if (caller.isRoot) return this.#namespace.walk(path);
    if (path === '/') throw new StatusFailure(StatusCode.kOwnerAuthFail);
    return this.#namespace.walk(path, directory => own(directory, caller));
  }

  /** A place whose entry, if there is one, is the caller's. */
  destination(path: string, caller: Caller): Place {
    const place = this.place(path, caller);
    if (place.entry && !caller.isRoot) own(place.entry, caller);
    return place;
  }

  /** Where a path leads, whosever it is. For the root user a volume in its middle is as good as nothing. */
  lookup(path: string, caller: Caller): Place {
    return lenient(caller, () => this.#namespace.walk(path));
  }

  /** An entry of the caller. For the root user a volume in the middle of the path is as good as nothing. */
  file(path: string, caller: Caller): FileRecord {
    return lenient(caller, () => this.strictFile(path, caller));
  }

  /** Like `file`, but tells the root user too of a volume in the middle of the path: kNotDirectory. */
  strictFile(path: string, caller: Caller): FileRecord {
    const { entry } = this.place(path, caller);
    if (!entry) throw new StatusFailure(StatusCode.kFileNotExists);
    if (!caller.isRoot) own(entry, caller);
    return entry;
  }
}

function lenient<T>(caller: Caller, find: () => T): T {
  try {
    return find();
  } catch (error) {
    const lost = error instanceof StatusFailure && error.status === StatusCode.kNotDirectory;
    throw caller.isRoot && lost ? new StatusFailure(StatusCode.kFileNotExists) : error;
  }
}

/** @throws StatusFailure kOwnerAuthFail */
export function own(file: FileRecord, caller: Caller): void {
  if (!caller.isRoot && file.owner !== caller.name) throw new StatusFailure(StatusCode.kOwnerAuthFail);
}
