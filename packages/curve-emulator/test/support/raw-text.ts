import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

/** Writes a message as the recording of raw answers does: `{1:0 2:{1:'127.0.0.1' 2:29000}}`, an empty one as `''`. */
export function rawText(schema: DescMessage, message: Message): string {
  return textOf(reflect(schema, message)).replaceAll('{}', "''");
}

function textOf(message: ReflectMessage): string {
  const fields = message.fields.filter(field => message.isSet(field));
  return `{${fields.flatMap(field => valuesOf(message, field).map(value => `${field.number}:${value}`)).join(' ')}}`;
}

function valuesOf(message: ReflectMessage, field: DescField): string[] {
  switch (field.fieldKind) {
    case 'message':
      return [textOf(message.get(field))];
    case 'list':
      return [...message.get(field)].map(item =>
        field.listKind === 'message' ? textOf(item as ReflectMessage) : scalarText(item, field.scalar),
      );
    case 'map':
      return [...message.get(field)].map(([key, value]) => `{1:${String(key)} 2:${scalarText(value)}}`);
    default:
      return [scalarText(message.get(field), field.scalar)];
  }
}

/** The recorder knew no types: a number is as it goes over the wire. */
function scalarText(value: unknown, type?: ScalarType): string {
  if (type === ScalarType.SINT32)
    return String(Number(value) < 0 ? -2 * Number(value) - 1 : 2 * Number(value));
  return typeof value === 'string' ? `'${value}'` : String(value);
}
