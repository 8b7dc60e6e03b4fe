// Checks the built site: it loads nothing from elsewhere, each page has its other language, and every link to a place
// within a page finds it. (Links to pages that do not exist already fail the build.)
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../.vitepress/dist/', import.meta.url));
const pages = new Map(
  readdirSync(site, { recursive: true })
    .filter(name => name.endsWith('.html'))
    .map(name => [`/${name.replaceAll('\\', '/')}`, readFileSync(join(site, name), 'utf8')]),
);
const problems = [];

for (const [path, html] of pages) {
  for (const [tag] of html.matchAll(/<(?:script|link|img|iframe|source|video|audio)\b[^>]*>/g)) {
    if (/\b(?:src|href|srcset)="(?:https?:)?\/\//.test(tag)) problems.push(`${path}: loads ${tag}`);
  }
  if (!path.startsWith('/api/') && path !== '/404.html') {
    const other = path.startsWith('/zh/') ? path.slice(3) : `/zh${path}`;
    if (!pages.has(other)) problems.push(`${path}: there is no ${other}`);
  }
  for (const [, link = ''] of html.matchAll(/<a\b[^>]*\bhref="([^"]*#[^"]+)"/g)) {
    const { pathname, hash, origin } = new URL(link.replaceAll('&amp;', '&'), `http://site${path}`);
    if (origin !== 'http://site') continue;
    const target = [pathname, `${pathname}.html`, `${pathname}index.html`].find(name => pages.has(name));
    const id = decodeURIComponent(hash.slice(1)).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    if (!target || !pages.get(target).includes(`id="${id}"`)) problems.push(`${path}: ${link} leads nowhere`);
  }
}
for (const name of readdirSync(join(site, 'assets')).filter(name => name.endsWith('.css'))) {
  const css = readFileSync(join(site, 'assets', name), 'utf8');
  for (const [url] of css.matchAll(/url\(['"]?(?:https?:)?\/\/[^)]*\)|@import\s+['"]https?:[^'"]*/g)) {
    problems.push(`assets/${name}: loads ${url}`);
  }
}
if (!existsSync(join(site, 'zh', 'index.html'))) problems.push('the site has no pages');

if (problems.length > 0) {
  console.error(`The site is not as it should be:\n${problems.map(line => `  ${line}`).join('\n')}`);
  process.exit(1);
}
console.log(`${pages.size} pages checked`);
