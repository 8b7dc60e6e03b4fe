import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A document that stands in both languages; paths from the clone's folder. */
export interface DocumentPair {
  english: string;
  chinese: string;
}

const packages = readdirSync(join(ROOT, 'packages')).filter(name =>
  existsSync(join(ROOT, 'packages', name, 'package.json')),
);

/** The READMEs: that of the clone, and those of the packages. */
export const READMES: DocumentPair[] = ['', ...packages.map(name => `packages/${name}/`)]
  .map(folder => ({
    english: `${folder}README.md`,
    chinese: `${folder}README.zh-CN.md`,
  }))
  .filter(({ chinese }) => existsSync(join(ROOT, chinese)));

/** Further documents of packages. */
export const PACKAGE_DOCUMENTS: DocumentPair[] = packages
  .flatMap(name => markdownIn(`packages/${name}/docs`))
  .filter(path => !path.includes('/docs/api/') && !path.endsWith('.zh-CN.md'))
  .map(path => ({ english: path, chinese: path.replace(/\.md$/, '.zh-CN.md') }));

/** The site's own pages: guides and the rest, as far as they are no READMEs and no API reference. */
export const PAGES: DocumentPair[] = markdownIn('docs')
  .filter(path => !/^docs\/(zh|api\/.+|test|packages)\/|\/node_modules\//.test(path))
  .map(path => ({ english: path, chinese: path.replace(/^docs\//, 'docs/zh/') }));

/** Markdown files below a folder, as paths from the clone's folder. */
export function markdownIn(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(path => path.endsWith('.md') && !path.includes('/node_modules/'))
    .sort();
}
