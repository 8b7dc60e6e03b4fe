import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, createContext, runInContext, Script } from 'node:vm';
import { requireAsUser } from './packed.js';

/** What of Node.js a realm does not have by itself. Its own are Object, Error, Promise and the like, as in Jest. */
const SHARED = [
  ...([
    'AbortController',
    'AbortSignal',
    'ArrayBuffer',
    'Blob',
    'Buffer',
    'console',
    'fetch',
    'process',
  ] as const),
  ...([
    'queueMicrotask',
    'ReadableStream',
    'WritableStream',
    'TextDecoder',
    'TextEncoder',
    'Uint8Array',
  ] as const),
  ...(['clearTimeout', 'setImmediate', 'setTimeout', 'structuredClone', 'URL', 'URLSearchParams'] as const),
] as const;

/**
 * Loads the CommonJS form of a package of ours, with those of ours that it needs, in a realm of its own, as test runners
 * do: objects of Node.js itself, such as streams and its errors, are no instances of that realm's classes.
 *
 * @param from - the test's `import.meta.url`, which the package is looked up from
 */
export function requireInNewRealm<T>(name: string, from: string): T {
  const context = createContext(Object.fromEntries(SHARED.map(global => [global, globalThis[global]])));
  runInContext(
    '(symbols) => Object.defineProperties(Symbol, symbols)',
    context,
  )({
    dispose: { value: Symbol.dispose },
    asyncDispose: { value: Symbol.asyncDispose },
  });
  const loaded = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = loaded.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    const outside = createRequire(file);
    const require = (wanted: string): unknown =>
      /^(\.|@curve-wcs\/)/.test(wanted) ? load(outside.resolve(wanted)) : outside(wanted);
    const script = new Script(
      `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`,
      { filename: file, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
    );
    script.runInContext(context)(module.exports, require, module, file, dirname(file));
    return module.exports;
  };
  return load(requireAsUser(from).resolve(name)) as T;
}
