/** Files that a download in progress, or one that broke off, has beside its target. */
const UNFINISHED = /(^|\/)\.[^/]+\.wcs-part$/;

/** Whether a path is that of an unfinished download: not uploaded, and deleted only where nobody writes to it. */
export function isUnfinishedDownload(path: string): boolean {
  return UNFINISHED.test(path);
}

/**
 * Says why a path of a tree cannot be both a key and a file below a folder; undefined if it can. What passes leads
 * nowhere but into the folder, whatever the operating system.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it has no name below the prefix';
  if (path.includes('\0')) return 'it has a NUL character';
  if (path.includes('\\')) return 'it has a backslash';
  if (path.startsWith('/')) return 'it is an absolute path';
  const segments = path.split('/');
  if (segments.includes('')) return 'it has an empty segment between slashes';
  if (segments.some(segment => segment === '.' || segment === '..')) return 'it has a segment . or ..';
  if (segments.some(segment => Buffer.byteLength(segment) > 255))
    return 'it has a segment of more than 255 bytes';
  if (/\p{Surrogate}/u.test(path)) return 'it is no well-formed Unicode';
  if (isUnfinishedDownload(path)) return 'its name is that of an unfinished download';
  return undefined;
}

/** Whether a path matches, or a folder that it is in does. */
export function isOrIsIn(path: string, matches: (part: string) => boolean): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (matches(path.slice(0, end))) return true;
  }
  return false;
}

/**
 * Notices keys that would need a file and a folder of the same name, such as `a` and `a/b`. Paths come in the order of
 * keys: whatever lies between those two begins with `a`, so only the paths that the current one begins with are held.
 */
export class FilesAndFolders {
  readonly #files: string[] = [];

  /** The file that stands where this path needs a folder; undefined if there is none, and the path is a file now. */
  fileInTheWay(path: string): string | undefined {
    while (this.#files.length > 0 && !path.startsWith(this.#files.at(-1) ?? '')) this.#files.pop();
    const inTheWay = this.#files.find(file => path.startsWith(`${file}/`));
    if (inTheWay === undefined) this.#files.push(path);
    return inTheWay;
  }
}
