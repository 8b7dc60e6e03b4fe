import {
  create,
  type DescMessage,
  fromBinary,
  isFieldSet,
  type Message,
  type MessageShape,
} from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label } from '@bufbuild/protobuf/wkt';
import { RpcError, RpcErrorCode } from './rpc-error.js';

/**
 * Parses a request.
 *
 * @throws RpcError EREQUEST when it is malformed or lacks a required field (protocol 2.4)
 */
export function parseRequest<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  let message: MessageShape<S>;
  try {
    message = fromBinary(schema, bytes);
  } catch (error) {
    throw new RpcError(RpcErrorCode.EREQUEST, `cannot parse ${schema.typeName}`, { cause: error });
  }
  const missing = missingField(schema, message);
  if (missing !== undefined) throw new RpcError(RpcErrorCode.EREQUEST, `${missing} is missing`);
  return message;
}

/** The runtime parses what lacks required fields; a proto2 peer must not. An undefined enum value counts as missing. */
function missingField(schema: DescMessage, message: Message): string | undefined {
  for (const field of schema.fields) {
    if (!isFieldSet(message, field)) {
      if (field.proto.label === FieldDescriptorProto_Label.REQUIRED) return `${schema.name}.${field.name}`;
      continue;
    }
    if (field.fieldKind !== 'message' && !(field.fieldKind === 'list' && field.listKind === 'message'))
      continue;
    const value = (message as unknown as Record<string, Message | Message[]>)[field.localName];
    for (const item of [value ?? []].flat()) {
      const missing = missingField(field.message, item);
      if (missing !== undefined) return missing;
    }
  }
  return undefined;
}

/** The value of the `statusCode` or `status` of an answer, for the log and the faults. */
export function statusOf(message: Message): number | undefined {
  const { statusCode, status } = message as { statusCode?: unknown; status?: unknown };
  const value = statusCode ?? status;
  return typeof value === 'number' ? value : undefined;
}

/** An answer that consists of a status, and of what else its type cannot do without. */
export function statusAnswer(output: DescMessage, status: number, redirect?: string): Message {
  const message = create(output);
  for (const { name, localName } of output.fields) {
    // Not by reflection: a fault may ask for a status that the protocol does not define.
    if (name === 'statusCode' || name === 'status') Object.assign(message, { [localName]: status });
    if (name === 'sessionID') Object.assign(message, { [localName]: '' });
    if (name === 'redirect' && redirect !== undefined) Object.assign(message, { [localName]: redirect });
  }
  return message;
}
