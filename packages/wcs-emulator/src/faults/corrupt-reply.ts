import { isStreamed, type Reply } from '../http/reply.js';

/** An answer with one byte altered, or with one member of its JSON altered. */
export function corruptReply(reply: Reply, member: string | undefined): Reply {
  const { body } = reply;
  if (body === undefined || body.length === 0) return reply;
  const middle = Math.floor(body.length / 2);
  if (isStreamed(body)) return { ...reply, body: { ...body, bytes: flipByte(body.bytes, middle) } };
  return { ...reply, body: member === undefined ? flip(body, middle) : corruptMember(body, member) };
}

function corruptMember(body: Buffer, member: string): Buffer {
  const value = parseJson(body.toString());
  if (typeof value !== 'object' || value === null || !(member in value)) return body;
  const members = value as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...members, [member]: corruptValue(members[member]) }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Another value of the same kind. A number stays a 32-bit one, a text keeps its length and its alphabet. */
function corruptValue(value: unknown): unknown {
  if (typeof value === 'number') return (value ^ 1) >>> 0;
  const text = String(value);
  const middle = Math.floor(text.length / 2);
  return text.slice(0, middle) + (text[middle] === '0' ? '1' : '0') + text.slice(middle + 1);
}

async function* flipByte(bytes: AsyncIterable<Buffer>, at: number): AsyncIterable<Buffer> {
  let offset = 0;
  for await (const chunk of bytes) {
    yield at >= offset && at < offset + chunk.length ? flip(chunk, at - offset) : chunk;
    offset += chunk.length;
  }
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
