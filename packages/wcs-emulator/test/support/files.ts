import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files that hold objects' bytes, finished or not. */
export function filesIn(dataDir: string): string[] {
  return ['tmp', 'blobs'].flatMap(folder =>
    readdirSync(join(dataDir, folder), { recursive: true, encoding: 'utf8' }).filter(name =>
      statSync(join(dataDir, folder, name), { throwIfNoEntry: false })?.isFile(),
    ),
  );
}
