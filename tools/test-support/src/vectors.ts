import { readFileSync } from 'node:fs';

/**
 * Reads a recording from the `vectors/` folder beside a test.
 *
 * @param from - the test's `import.meta.url`
 * @param name - the file's name, such as `etag.go.json`
 */
export function vectors<T>(from: string, name: string): T {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}`, from), 'utf8')) as T;
}
