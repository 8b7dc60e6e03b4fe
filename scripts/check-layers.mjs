// Imports point down only (ARCHITECTURE.md). This check fails the build when a package's manifest or
// source reaches a package that its layer may not know, or reaches around a package's public entry points.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** What each package may import at run time. */
const allowed = {
  etag: [],
  'wcs-sdk': ['etag'],
  'wcs-emulator': ['etag'],
  'curve-native': [],
  'curve-sdk': ['curve-native'],
  'curve-nbd': ['curve-sdk'],
  'curve-emulator': [],
  cli: ['etag', 'wcs-sdk', 'curve-sdk', 'curve-nbd'],
};

/** The part of a package that alone may import from another one. */
const onlyIn = { 'curve-nbd': { 'curve-sdk': 'src/volume/' } };

/** The CLI's commands that start an emulator may import it, and nothing else in the CLI may. */
const emulatorCommands = /^src\/commands\/[^/]+\/serve\.ts$/;

const problems = [];
for (const name of readdirSync(packages).filter(name => existsSync(join(packages, name, 'package.json')))) {
  if (!allowed[name]) {
    problems.push(`packages/${name}: not in the table of scripts/check-layers.mjs`);
    continue;
  }
  checkManifest(name);
  for (const file of sources(join(packages, name, 'src'))) checkSource(name, file);
}
if (problems.length > 0) {
  console.error(
    `Imports must point down (see ARCHITECTURE.md):\n${problems.map(line => `  ${line}`).join('\n')}`,
  );
  process.exit(1);
}

function checkManifest(name) {
  const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const dependency of Object.keys(manifest[field] ?? {})) {
      const target = dependency.match(/^@curve-wcs\/(.+)$/)?.[1];
      const permitted =
        !target || allowed[name].includes(target) || (name === 'cli' && target.endsWith('-emulator'));
      if (!permitted) problems.push(`packages/${name}/package.json: ${field} names ${dependency}`);
    }
  }
}

function checkSource(name, file) {
  const folder = join(packages, name);
  const path = relative(folder, file);
  // Examples in docstrings show what users write.
  const text = readFileSync(file, 'utf8').replaceAll(/^ *\*.*$/gm, '');
  for (const [, specifier] of text.matchAll(/(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    const target = specifier.match(/^@curve-wcs\/([^/]+)/)?.[1];
    if (target && target !== name) {
      const emulator = name === 'cli' && target.endsWith('-emulator') && emulatorCommands.test(path);
      const part = onlyIn[name]?.[target] ?? '';
      if (!(allowed[name].includes(target) && path.startsWith(part)) && !emulator)
        problems.push(`packages/${name}/${path}: imports ${specifier}`);
    } else if (specifier.startsWith('.')) {
      const reached = relative(folder, resolve(dirname(file), specifier));
      if (reached.startsWith('..'))
        problems.push(`packages/${name}/${path}: reaches outside its package: ${specifier}`);
    }
  }
}

function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name));
}
