import type { DescMessage, Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { Role } from '../faults/fault-rule.js';
import { RequestFeed } from './request-feed.js';

/** One call that an emulator had. */
export interface RequestRecord {
  /** When it came, in milliseconds since the epoch. */
  time: number;
  /** What was called: an MDS, a chunkserver or a snapshot-clone server. */
  role: Role;
  /** The port that was called. */
  port: number;
  /** Identifies the connection at its port: they are counted from 1. */
  connection: number;
  /** Identifies the call on its connection. */
  correlationId: bigint;
  /** The full name of the service, such as `curve.mds.CurveFSService`. */
  service: string;
  /** The name of the method, such as `OpenFile`. */
  method: string;
  /** The scalar fields that were sent, by their names in the protocol; 64-bit numbers are bigint. */
  request: Readonly<Record<string, unknown>>;
  /** The `status` or `statusCode` that was answered, if any. */
  status?: number;
  /** The RPC error that was answered, 0 for none. Absent when there was no answer. */
  errorCode?: number;
  /** Bytes of the attachment that came. */
  attachmentIn: number;
  /** Bytes of the attachment that was sent. */
  attachmentOut: number;
}

/** A record in the making: the request is taken apart only when somebody looks. */
export interface LoggedCall extends Omit<RequestRecord, 'request'> {
  message?: { schema: DescMessage; value: Message };
  /** The parameters of a request by HTTP. */
  fields?: Readonly<Record<string, string>>;
}

/** How many calls are remembered. */
const capacity = 10_000;

/** The latest calls, oldest first; each is there from its arrival on. */
export class RequestLog {
  /** Those that have ended. */
  readonly feed = new RequestFeed<LoggedCall>();
  #calls: LoggedCall[] = [];

  add(call: LoggedCall): void {
    this.#calls.push(call);
    if (this.#calls.length > capacity * 2) this.#calls = this.#calls.slice(-capacity);
  }

  list(): RequestRecord[] {
    return this.#calls.slice(-capacity).map(recordOf);
  }
}

/** What is told of a call. */
export function recordOf({ message, fields = {}, ...rest }: LoggedCall): RequestRecord {
  return { ...rest, request: message ? scalarFields(message.schema, message.value) : fields };
}

function scalarFields(schema: DescMessage, value: Message): Record<string, unknown> {
  const message = reflect(schema, value);
  const set = message.fields.filter(field => message.isSet(field));
  const scalars = set.filter(field => field.fieldKind === 'scalar' || field.fieldKind === 'enum');
  return Object.fromEntries(scalars.map(field => [field.name, message.get(field)]));
}
