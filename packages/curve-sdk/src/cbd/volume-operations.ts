import { types } from 'node:util';
import { bytes, descriptor, unsigned, whole } from './arguments.js';
import { LIBCURVE_ERROR } from './error-codes.js';
import type { Operation } from './session.js';
import { type FileInfo_t, fillFileInfo, type Integer } from './types.js';

// The calls on descriptors, and those about the cluster (curve-protocol.md §5.2).

const code = (value: number) => value;

/** Reads into `buf`, or into new memory where it is no buffer, as in Python's `Read(fd, "", offset, length)`. */
export function read(
  fd: number,
  buf: Uint8Array | string | null,
  offset: Integer,
  length: number,
): Operation<Buffer | number> {
  const size = Number(unsigned(length, 'length'));
  const target = viewOf(types.isUint8Array(buf) ? bytes(buf, size) : Buffer.allocUnsafeSlow(size));
  const args = [descriptor(fd), whole(offset, 'offset'), target] as const;
  if (size === 0) return { now: () => target, later: async () => target, refused: () => target };
  return {
    now: client => {
      client.readSync(...args);
      return target;
    },
    later: async client => {
      await client.read(...args);
      return target;
    },
    refused: code,
    uninitialised: -LIBCURVE_ERROR.BAD_FD,
  };
}

function viewOf(target: Uint8Array): Buffer {
  return Buffer.isBuffer(target) ? target : Buffer.from(target.buffer, target.byteOffset, target.byteLength);
}

export function write(fd: number, buf: Uint8Array, offset: Integer, length: number): Operation<number> {
  const data = bytes(buf, Number(unsigned(length, 'length')));
  const args = [descriptor(fd), whole(offset, 'offset'), data] as const;
  if (data.length === 0) return { now: () => 0, later: async () => 0, refused: () => 0 };
  return {
    now: client => client.writeSync(...args),
    later: client => client.write(...args),
    refused: code,
    uninitialised: -LIBCURVE_ERROR.BAD_FD,
  };
}

export function discard(fd: number, offset: Integer, length: Integer): Operation<number> {
  const args = [descriptor(fd), whole(offset, 'offset'), unsigned(length, 'length')] as const;
  return {
    now: client => {
      client.discardSync(...args);
      return LIBCURVE_ERROR.OK;
    },
    later: async client => {
      await client.discard(...args);
      return LIBCURVE_ERROR.OK;
    },
    refused: code,
    uninitialised: -LIBCURVE_ERROR.BAD_FD,
  };
}

export function close(fd: number): Operation<number> {
  descriptor(fd);
  return {
    now: client => {
      client.closeSync(fd);
      return LIBCURVE_ERROR.OK;
    },
    later: async client => {
      await client.close(fd);
      return LIBCURVE_ERROR.OK;
    },
    refused: code,
  };
}

/** What the client knows of an open volume since its open. */
export function statFd(fd: number, info: FileInfo_t): Operation<number> {
  descriptor(fd);
  const now: Operation<number>['now'] = client => {
    fillFileInfo(info, client.statFd(fd));
    return LIBCURVE_ERROR.OK;
  };
  return { now, later: async client => now(client), refused: code };
}

export function clusterId(): Operation<string> {
  return {
    now: client => client.clusterIdSync(),
    later: client => client.clusterId(),
    refused: () => '',
  };
}

/** The C form: the text and a NUL go into the caller's buffer, or nothing does. */
export function clusterIdInto(buf: Uint8Array): Operation<number> {
  bytes(buf, 0);
  const store = (id: string): number => {
    const stored = Buffer.from(`${id}\0`);
    if (stored.length > buf.length) return -LIBCURVE_ERROR.FAILED;
    buf.set(stored);
    return LIBCURVE_ERROR.OK;
  };
  return {
    now: client => store(client.clusterIdSync()),
    later: async client => store(await client.clusterId()),
    refused: code,
  };
}

export function listPoolset(): Operation<string[]> {
  return {
    now: client => client.listPoolsetSync().map(({ name }) => name),
    later: async client => (await client.listPoolset()).map(({ name }) => name),
    refused: () => [],
  };
}
