import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Which builds of the packages can be tested in place of their sources. */
type Form = 'esm' | 'cjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The project that `scripts/install-packed.mjs` installs the tarballs in. */
const project = join(root, '.cache', 'packed', 'project', 'package.json');

/** What users call the public entries, and their sources. */
const ENTRIES = new Map([
  ['@curve-wcs/etag', sourceOf('etag', 'index')],
  ['@curve-wcs/etag/browser', sourceOf('etag', 'browser')],
  ['@curve-wcs/wcs-sdk', sourceOf('wcs-sdk', 'index')],
  ['@curve-wcs/curve-native', sourceOf('curve-native', 'index')],
  ['@curve-wcs/curve-sdk', sourceOf('curve-sdk', 'index')],
  ['@curve-wcs/curve-sdk/conformance', sourceOf('curve-sdk', 'conformance/index')],
  ['@curve-wcs/curve-sdk/exporter', sourceOf('curve-sdk', 'exporter/index')],
]);
const NAMES = new Map([...ENTRIES].map(([name, source]) => [source, name]));
const files = new Map<string, string>();

/** The build under test, as `CURVE_WCS_BUILD` names it; undefined where the sources are tested. */
export const form = formOf(process.env['CURVE_WCS_BUILD']);

/**
 * The file of the build under test that an import leads to: that of a package's public face, by its name or by its
 * source. Undefined for everything else, such as the inner modules that tests of parts import.
 */
export function packedEntry(specifier: string, importer: string): string | undefined {
  if (form === undefined) return undefined;
  if (ENTRIES.has(specifier)) return entryOf(specifier, form);
  if (!specifier.startsWith('.')) return undefined;
  const name = NAMES.get(resolve(dirname(importer), specifier.replace(/js$/, 'ts')));
  return name === undefined ? undefined : entryOf(name, form);
}

/** Flags of Node.js for a program in TypeScript, whose imports lead where those of its test do. */
export function typescriptFlags(): string[] {
  const flags = ['--import', createRequire(import.meta.url).resolve('tsx')];
  if (form === undefined) return flags;
  const table: Record<string, string> = {};
  for (const [name, source] of ENTRIES) {
    // In CommonJS for browsers no names are listed for Node.js, so that an ES module could import none.
    if (form === 'cjs' && name.endsWith('/browser')) continue;
    table[name] = pathToFileURL(entryOf(name, form)).href;
    table[pathToFileURL(source).href] = table[name];
  }
  const hooks = new URL('./packed-hooks.mjs', import.meta.url).href;
  const program = `import { register } from 'node:module'; register('${hooks}', { data: ${JSON.stringify(table)} });`;
  return [...flags, '--import', `data:text/javascript,${encodeURIComponent(program)}`];
}

/** Looks packages up as a user's program does: those of the build under test, else the built ones of this repository. */
export function requireAsUser(from: string): NodeJS.Require {
  return createRequire(form === undefined ? from : project);
}

/** The folder of a package of ours as it is installed: that of the build under test, else the one in this repository. */
export function installedFolder(name: string, from: string): string {
  return dirname(requireAsUser(from).resolve(`${name}/package.json`));
}

/** The built file that is tested where a program of its own must load one. */
export function builtEntry(name: string, from: string): string {
  return form === undefined ? join(installedFolder(name, from), 'dist', 'index.js') : entryOf(name, form);
}

function entryOf(name: string, form: Form): string {
  const known = files.get(name);
  if (known !== undefined) return known;
  const [, short = '', subpath] = /^@curve-wcs\/([^/]+)(?:\/(.+))?$/.exec(name) ?? [];
  const folder = dirname(createRequire(project).resolve(`@curve-wcs/${short}/package.json`));
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entry = exports[subpath === undefined ? '.' : `./${subpath}`];
  const file = join(folder, entry[form === 'esm' ? 'import' : 'require'].default);
  const built = join(root, 'packages', short, relative(folder, file));
  if (!readFileSync(file).equals(readFileSync(built))) {
    throw new Error(`what is packed is not what was built last: node scripts/install-packed.mjs (${file})`);
  }
  files.set(name, file);
  return file;
}

function sourceOf(folder: string, module: string): string {
  return join(root, 'packages', folder, 'src', `${module}.ts`);
}

function formOf(text: string | undefined): Form | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'esm' || text === 'cjs') return text;
  throw new Error(`CURVE_WCS_BUILD must be esm or cjs, not ${text}`);
}
