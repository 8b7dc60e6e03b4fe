import type { DescMessage, Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

/** Fields whose values depend on the cluster, the moment or what was done to it before. */
const variable = new Set([
  ...['id', 'parentId', 'ctime', 'createTime', 'chunkID', 'copysetID', 'clusterId'],
  ...['port', 'address', 'chunkServerID', 'appliedIndex'],
]);

/** What an answer says, as plain values: the fields that are there, with the variable ones left out. */
export function shape(schema: DescMessage, message: Message): unknown {
  return shapeOf(reflect(schema, message));
}

function shapeOf(message: ReflectMessage): unknown {
  const present = message.fields.filter(field => message.isSet(field));
  return Object.fromEntries(
    present.map(field => {
      if (variable.has(field.name)) return [field.name, 'present'];
      if (field.fieldKind === 'message') return [field.name, shapeOf(message.get(field))];
      if (field.fieldKind === 'list' && field.listKind === 'message') {
        return [field.name, [...message.get(field)].map(item => shapeOf(item as ReflectMessage))];
      }
      const value: unknown = message.get(field);
      // A recycled file is named after its id and the time.
      return [field.name, String(value).replace(/-\d+(-\d+)?$/, '-id')];
    }),
  );
}
