import { type FileRecord, recycleBinId } from './records.js';

/** A volume as it lies in the recycle bin, under `name`. Its data, id, owner and ctime stay. */
export function recycled(volume: FileRecord, originalPath: string, name: string): FileRecord {
  return { ...volume, parentId: recycleBinId, name, originalPath };
}

/** A volume that is taken out of the recycle bin. */
export function recovered(volume: FileRecord, parent: FileRecord, name: string): FileRecord {
  const { originalPath, ...rest } = volume;
  return moved(rest, parent, name);
}

/** A volume at a new place. It keeps the path it had before it was recycled, wherever it is renamed to. */
export function moved(volume: FileRecord, parent: FileRecord, name: string): FileRecord {
  return { ...volume, parentId: parent.id, name };
}
