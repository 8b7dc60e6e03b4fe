import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PACKAGES } from './packages.js';
import { siteLink } from './site-link.js';

const CLONE = fileURLToPath(new URL('../../', import.meta.url));

/** The routes of the pages that are the packages' READMEs; `readme` is the file's name. */
export function readmePages(readme: string) {
  return {
    watch: [`../../packages/*/${readme}`],
    paths: () =>
      PACKAGES.map(name => ({
        params: { name },
        content: readmePage(name, `packages/${name}/${readme}`),
      })),
  };
}

/** A README as a page of the site, which has a language menu of its own, and the reference of the package. */
function readmePage(name: string, path: string): string {
  return readFileSync(CLONE + path, 'utf8')
    .replace(/^(English|\[English\]).*$/m, `[API](/api/${name}/index.md)`)
    .replaceAll(/\]\(([^)\s]+)\)/g, (_, link) => `](${siteLink(link, path)})`);
}
