/** Just enough protobuf to compare and patch recorded messages without knowing their types. */

interface Field {
  number: number;
  /** The field's bytes, tag included. */
  raw: Buffer;
  /** Of a varint. */
  value?: bigint;
  /** Of a string, bytes or message. */
  body?: Buffer;
}

function readVarint(bytes: Buffer, at: number): [bigint, number] {
  let value = 0n;
  let position = at;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[position++];
    if (byte === undefined) throw new Error('a varint without end');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, position];
  }
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

export function bytesField(number: number, body: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(body.length)), body]);
}

/** A field to be written: its number and its value. */
export type Part = readonly [number: number, value: number | bigint | string | Buffer];

/** A message of these fields in this order; negative numbers travel as 64 bits. */
export function message(...parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map(([number, value]) =>
      typeof value === 'number' || typeof value === 'bigint'
        ? Buffer.concat([varint(BigInt(number * 8)), varint(BigInt.asUintN(64, BigInt(value)))])
        : bytesField(number, Buffer.from(value)),
    ),
  );
}

/** Curve's messages have varint and length-delimited fields only. */
export function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const start = at;
    const [tag, afterTag] = readVarint(message, at);
    const number = Number(tag >> 3n);
    const [value, afterValue] = readVarint(message, afterTag);
    if ((tag & 7n) === 0n) {
      at = afterValue;
      found.push({ number, raw: message.subarray(start, at), value });
    } else {
      at = afterValue + Number(value);
      found.push({ number, raw: message.subarray(start, at), body: message.subarray(afterValue, at) });
    }
  }
  return found;
}

export const field = (message: Buffer, number: number): Field | undefined =>
  fields(message).find(one => one.number === number);

/** The message without these fields, everything else byte for byte. */
export const without = (message: Buffer, numbers: readonly number[]): Buffer =>
  Buffer.concat(
    fields(message)
      .filter(({ number }) => !numbers.includes(number))
      .map(({ raw }) => raw),
  );

/** The message with the fields at this path of field numbers replaced. */
export function patch(message: Buffer, path: readonly number[], replace: (field: Field) => Buffer): Buffer {
  const [head, ...rest] = path;
  return Buffer.concat(
    fields(message).map(one => {
      if (one.number !== head) return one.raw;
      return rest.length === 0
        ? replace(one)
        : bytesField(one.number, patch(one.body ?? Buffer.alloc(0), rest, replace));
    }),
  );
}
