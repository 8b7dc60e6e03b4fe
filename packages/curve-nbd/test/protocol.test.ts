import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import * as handshake from '../src/protocol/handshake.js';
import * as transmission from '../src/protocol/transmission.js';

// The bytes are those of doc/proto.md, written out by hand.
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the handshake on the wire', () => {
  it('the greeting offers fixed newstyle without padding', () => {
    expect(handshake.encodeGreeting()).toEqual(hex('4e42444d41474943 49484156454f5054 0003'));
  });

  it('client flags that were not offered are no protocol', () => {
    expect(handshake.decodeClientFlags(hex('00000003'))).toBe(3);
    expect(() => handshake.decodeClientFlags(hex('00000004'))).toThrow(handshake.ProtocolViolation);
  });

  it('an option begins with its magic', () => {
    const bytes = hex('49484156454f5054 00000007 0000000a');
    expect(handshake.decodeOptionHeader(bytes)).toEqual({ option: 7, length: 10 });
    bytes[0] = 0;
    expect(() => handshake.decodeOptionHeader(bytes)).toThrow(handshake.ProtocolViolation);
  });

  it('replies carry option, type and data', () => {
    const reply = handshake.encodeOptionReply(3, 2, handshake.encodeServer('a', 'bc'));
    expect(reply).toEqual(hex('0003e889045565a9 00000003 00000002 00000007 00000001 61 6263'));
    expect(handshake.encodeOptionReply(9, 0x80000001)).toEqual(
      hex('0003e889045565a9 00000009 80000001 00000000'),
    );
  });

  it('what is told of an export', () => {
    expect(handshake.encodeInfoExport(2 ** 33 + 1, 0x0d6d)).toEqual(hex('0000 0000000200000001 0d6d'));
    expect(handshake.encodeInfoText(1, 'vol')).toEqual(hex('0001 766f6c'));
    const sizes = { minimum: 1, preferred: 4096, maximum: 2 ** 25 };
    expect(handshake.encodeInfoBlockSize(sizes)).toEqual(hex('0003 00000001 00001000 02000000'));
    expect(handshake.encodeMetaContext(1, 'base:x')).toEqual(hex('00000001 626173653a78'));
    expect(handshake.encodeExportNameAnswer(16, 3, true)).toEqual(hex('0000000000000010 0003'));
    expect(handshake.encodeExportNameAnswer(16, 3, false)).toHaveLength(134);
  });

  it('an export is asked for by name, with what is wanted of it', () => {
    expect(handshake.decodeExportRequest(hex('00000003 766f6c 0002 0000 0003'))).toEqual({
      name: 'vol',
      information: [0, 3],
    });
  });

  it.each([
    ['an end within the name', '00000003 766f'],
    ['an end within the list', '00000003 766f6c 0002 0000'],
    ['more than there should be', '00000003 766f6c 0000 00'],
    ['a name that is no UTF-8', '00000001 ff 0000'],
  ])('%s is told as invalid', (_, bytes) => {
    expect(() => handshake.decodeExportRequest(hex(bytes))).toThrow(handshake.InvalidOption);
  });

  it('metadata contexts are asked for by export and queries', () => {
    const bytes = hex('00000001 61 00000002 00000005 626173653a 00000000');
    expect(handshake.decodeMetaContextRequest(bytes)).toEqual({ name: 'a', queries: ['base:', ''] });
    const lie = hex('00000001 61 ffffffff 00000000');
    expect(() => handshake.decodeMetaContextRequest(lie)).toThrow(handshake.InvalidOption);
  });

  it.prop([fc.uint8Array({ maxLength: 200 })])('any data is read or refused', bytes => {
    for (const decode of [
      handshake.decodeExportRequest,
      handshake.decodeMetaContextRequest,
      handshake.decodeName,
    ]) {
      try {
        decode(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(handshake.InvalidOption);
      }
    }
  });
});

describe('transmission on the wire', () => {
  const bytes = hex('25609513 0001 0001 0102030405060708 0000000200000010 00001000');
  const request = {
    flags: 1,
    command: 1,
    cookieHigh: 0x01020304,
    cookieLow: 0x05060708,
    offset: 2 ** 33 + 16,
    length: 4096,
  };

  it('a request', () => {
    expect(transmission.decodeRequest(bytes)).toEqual(request);
    expect(() => transmission.decodeRequest(Buffer.alloc(28))).toThrow(handshake.ProtocolViolation);
  });

  it('an offset beyond what numbers hold is beyond every export', () => {
    const far = Buffer.from(bytes);
    far.fill(0xff, 16, 24);
    expect(transmission.decodeRequest(far).offset).toBe(Number.POSITIVE_INFINITY);
  });

  it('replies', () => {
    expect(transmission.encodeSimpleReply(request, 5)).toEqual(hex('67446698 00000005 0102030405060708'));
    const head = Buffer.alloc(28);
    transmission.encodeDataHeader(head, 0, request);
    expect(head).toEqual(hex('668e33ef 0001 0001 0102030405060708 00001008 0000000200000010'));
    expect(transmission.encodeErrorChunk(request, 'ENOSPC', 'no')).toEqual(
      hex('668e33ef 0001 8001 0102030405060708 00000008 0000001c 0002 6e6f'),
    );
    expect(transmission.encodeBlockStatus(request, 1, [{ length: 4096, state: 3 }])).toEqual(
      hex('668e33ef 0001 0005 0102030405060708 0000000c 00000001 00001000 00000003'),
    );
  });

  it('long words are cut, and stay UTF-8', () => {
    const chunk = transmission.encodeErrorChunk(request, 'EIO', '块'.repeat(5000));
    const length = chunk.readUInt16BE(24);
    expect(length).toBeLessThanOrEqual(4096);
    expect(chunk.toString('utf8', 26, 26 + length)).toBe('块'.repeat(length / 3));
  });
});
