import { type FileRecord, recycleBinId } from './records.js';

/** A volume as it lies in the recycle bin, under `name`. Its data, id, owner and ctime stay. */
export function recycled(volume: FileRecord, originalPath: string, name: string): FileRecord {
  return { ...volume, parentId: recycleBinId, name, originalPath };
}

/** A volume at a new place; outside of the recycle bin nobody asks where it was. */
export function moved(volume: FileRecord, parent: FileRecord, name: string): FileRecord {
  const { originalPath, ...rest } = volume;
  const stays = parent.id === recycleBinId && originalPath !== undefined;
  return { ...rest, parentId: parent.id, name, ...(stays && { originalPath }) };
}
