import type { NativeClient } from '@curve-wcs/curve-native';
import { caller, text, unsigned, whole } from './arguments.js';
import { LIBCURVE_ERROR } from './error-codes.js';
import { parseQemuName } from './qemu-name.js';
import type { Operation } from './session.js';
import {
  type CreateContext,
  DirInfo,
  entryOf,
  type FileInfo_t,
  fillFileInfo,
  type Integer,
  type UserInfo,
} from './types.js';

// The calls that name a path (curve-protocol.md §5.2). The native functions' arguments are checked and built here,
// once for both forms.

const code = (value: number) => value;

/** An operation that gives 0 or a code. */
function plain(
  now: (client: NativeClient) => unknown,
  later: (client: NativeClient) => Promise<unknown>,
): Operation<number> {
  return {
    now: client => {
      now(client);
      return LIBCURVE_ERROR.OK;
    },
    later: async client => {
      await later(client);
      return LIBCURVE_ERROR.OK;
    },
    refused: code,
  };
}

/** An operation that is answered without asking anybody. */
function answered(value: number): Operation<number> {
  return { now: () => value, later: async () => value, refused: code };
}

export function create(path: string, user: UserInfo, size: Integer): Operation<number> {
  const args = [text(path, 'path'), caller(user), { length: unsigned(size, 'size') }] as const;
  return plain(
    client => client.createSync(...args),
    client => client.create(...args),
  );
}

export function create2(context: CreateContext): Operation<number> {
  const volume = {
    length: unsigned(context.length, 'length'),
    stripeUnit: unsigned(context.stripeUnit ?? 0, 'stripeUnit'),
    stripeCount: unsigned(context.stripeCount ?? 0, 'stripeCount'),
    poolset: text(context.poolset ?? '', 'poolset'),
  };
  const args = [text(context.name, 'name'), caller(context.user), volume] as const;
  return plain(
    client => client.createSync(...args),
    client => client.create(...args),
  );
}

export function mkdir(path: string, user: UserInfo): Operation<number> {
  const args = [text(path, 'path'), caller(user)] as const;
  return plain(
    client => client.mkdirSync(...args),
    client => client.mkdir(...args),
  );
}

export function rmdir(path: string, user: UserInfo): Operation<number> {
  const args = [text(path, 'path'), caller(user)] as const;
  return plain(
    client => client.rmdirSync(...args),
    client => client.rmdir(...args),
  );
}

export function unlink(path: string, user: UserInfo): Operation<number> {
  const args = [text(path, 'path'), caller(user)] as const;
  return plain(
    client => client.unlinkSync(...args),
    client => client.unlink(...args),
  );
}

export function deleteForce(path: string, user: UserInfo): Operation<number> {
  const args = [text(path, 'path'), caller(user)] as const;
  return plain(
    client => client.deleteForceSync(...args),
    client => client.deleteForce(...args),
  );
}

export function recover(path: string, user: UserInfo, id: Integer): Operation<number> {
  const args = [text(path, 'path'), caller(user), unsigned(id, 'id')] as const;
  return plain(
    client => client.recoverSync(...args),
    client => client.recover(...args),
  );
}

export function rename(user: UserInfo, from: string, to: string): Operation<number> {
  const args = [text(from, 'oldPath'), text(to, 'newPath'), caller(user)] as const;
  return plain(
    client => client.renameSync(...args),
    client => client.rename(...args),
  );
}

export function changeOwner(path: string, newOwner: string, user: UserInfo): Operation<number> {
  const args = [text(path, 'path'), text(newOwner, 'newOwner'), caller(user)] as const;
  return plain(
    client => client.changeOwnerSync(...args),
    client => client.changeOwner(...args),
  );
}

export function extend(path: string, user: UserInfo, size: Integer): Operation<number> {
  const args = [text(path, 'path'), caller(user), unsigned(size, 'size')] as const;
  return plain(
    client => client.extendSync(...args),
    client => client.extend(...args),
  );
}

export function extend4Qemu(name: string, size: Integer): Operation<number> {
  const volume = parseQemuName(text(name, 'name'));
  if (volume === undefined || whole(size, 'size') <= 0) return answered(-LIBCURVE_ERROR.FAILED);
  return extend(volume.path, volume.user, size);
}

export function increaseEpoch(name: string): Operation<number> {
  const volume = parseQemuName(text(name, 'name'));
  if (volume === undefined) return answered(-LIBCURVE_ERROR.FAILED);
  const { path, user } = volume;
  return plain(
    client => client.increaseEpochSync(path, user),
    client => client.increaseEpoch(path, user),
  );
}

export function statFile(path: string, user: UserInfo, info: FileInfo_t): Operation<number> {
  const args = [text(path, 'path'), caller(user)] as const;
  return plain(
    client => fillFileInfo(info, client.statSync(...args)),
    async client => fillFileInfo(info, await client.stat(...args)),
  );
}

export function statFile4Qemu(name: string, info: FileInfo_t): Operation<number> {
  const volume = parseQemuName(text(name, 'name'));
  return volume === undefined ? answered(-LIBCURVE_ERROR.FAILED) : statFile(volume.path, volume.user, info);
}

/** Keeps path and caller; asks nobody. */
export function openDir(path: string, user: UserInfo): DirInfo {
  return new DirInfo(text(path, 'path'), caller(user));
}

export function listdir(dir: DirInfo): Operation<number> {
  const args = [text(dir.dirPath, 'path'), caller(dir.userInfo)] as const;
  return plain(
    client => {
      dir.fileInfo = client.listSync(...args).map(entryOf);
    },
    async client => {
      dir.fileInfo = (await client.list(...args)).map(entryOf);
    },
  );
}

export function open(path: string, user: UserInfo): Operation<number> {
  const args = [text(path, 'path'), caller(user)] as const;
  // An empty owner is the one refusal that comes without asking the cluster.
  if (user.owner === '') return answered(-LIBCURVE_ERROR.EXISTS);
  return { now: client => client.openSync(...args), later: client => client.open(...args), refused: code };
}

export function open4Qemu(name: string): Operation<number> {
  const volume = parseQemuName(text(name, 'name'));
  return volume === undefined ? answered(-LIBCURVE_ERROR.FAILED) : open(volume.path, volume.user);
}
