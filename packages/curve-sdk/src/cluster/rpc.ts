import {
  create,
  type DescField,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  isFieldSet,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { statusError } from '../errors/native-failure.js';

/** brpc's code for an answer that cannot be read. */
const ERESPONSE = 2002;
const TOPOLOGY = 'curve.mds.topology.TopologyService';

/** Numbers of the fields that an MDS wants signed. */
export interface SignedFields {
  readonly dateField: number;
  readonly signatureField: number;
}

/** An answer with a status. */
type Answered = Message & { readonly statusCode: number };

/**
 * Asks whichever MDS leads.
 *
 * @returns the answer, whose required fields are all there
 * @throws CurveError by its status where that is not success, or `FAILED` where there is none
 */
export async function askMds<I extends DescMessage, O extends DescMessage>(
  connection: Connection,
  course: Course,
  method: DescMethodUnary<I, O> & { parent: DescService },
  request: MessageInitShape<I>,
  signed?: SignedFields,
): Promise<MessageShape<O>> {
  const service = method.parent.typeName;
  const message = toBinary(method.input, create(method.input, request));
  const { message: bytes } = await connection.ask(course, (native, user) => {
    const sign = signed && { user, ...signed };
    return native.unary({ service, method: method.name, message, sign }, course.step());
  });
  const { operation, path } = course;
  const details = { operation, path, attempts: 1 };
  const answer = read(method.output, bytes);
  const statusCode = answer && statusOf(method.output, answer);
  if (statusCode !== undefined && statusCode !== 0)
    throw statusError(service === TOPOLOGY ? 'topology' : 'mds', statusCode, details);
  if (answer === undefined || statusCode === undefined || !isWhole(method.output, answer))
    throw statusError('rpc', ERESPONSE, details);
  return answer;
}

/**
 * Asks one server, once.
 *
 * @param attachmentSize - bytes that are to come attached to the answer
 * @returns the answer, whatever its status, whose required fields are all there
 * @throws CurveError where there is none
 */
export async function askServer<I extends DescMessage, O extends DescMessage>(
  connection: Connection,
  course: Course,
  server: string,
  method: DescMethodUnary<I, O> & { parent: DescService },
  request: MessageInitShape<I>,
  attachmentSize = 0,
): Promise<{ answer: MessageShape<O>; attachment: Uint8Array }> {
  const service = method.parent.typeName;
  const message = toBinary(method.input, create(method.input, request));
  const call = { service, method: method.name, message, server, attachmentSize };
  const { message: bytes, attachment } = await connection.ask(course, native =>
    native.unary(call, course.step()),
  );
  const answer = read(method.output, bytes);
  if (answer !== undefined && isWhole(method.output, answer)) return { answer, attachment };
  const { operation, path } = course;
  throw statusError('rpc', ERESPONSE, { operation, path, attempts: 1 });
}

/** The message; undefined where it is none. */
function read<O extends DescMessage>(schema: O, bytes: Uint8Array): MessageShape<O> | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}

function statusOf(schema: DescMessage, answer: Message): number | undefined {
  const status = schema.fields.find(({ name }) => name === 'statusCode');
  return status && isFieldSet(answer, status) ? (answer as Answered).statusCode : undefined;
}

/** Whether it has every required field, and so has all that is in it: decoding itself does not look. */
function isWhole(schema: DescMessage, message: Message): boolean {
  return schema.fields.every(field => {
    const set = isFieldSet(message, field);
    if (!set) return field.presence !== FeatureSet_FieldPresence.LEGACY_REQUIRED;
    const part = partOf(field);
    if (part === undefined) return true;
    const value = (message as unknown as Record<string, Message | Message[]>)[field.localName];
    return [value ?? []].flat().every(one => isWhole(part, one));
  });
}

/** What a field holds if that is messages. */
function partOf(field: DescField): DescMessage | undefined {
  if (field.fieldKind === 'message') return field.message;
  return field.fieldKind === 'list' && field.listKind === 'message' ? field.message : undefined;
}
