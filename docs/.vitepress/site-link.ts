import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';

const CLONE = fileURLToPath(new URL('../../', import.meta.url));
const REPOSITORY = 'https://github.com/curve-wcs/curve-wcs';
const FILES = `${REPOSITORY}/blob/main/`;

/**
 * Where a link of a document leads on the site. Documents link as the repository and the registry have it; what the
 * site shows too stays on the site, and the rest of the repository is on its web pages.
 *
 * @param from - the document's path in the repository
 */
export function siteLink(link: string, from: string): string {
  const chinese = from.startsWith('docs/zh/') || from.endsWith('.zh-CN.md');
  const [, published] = /^https:\/\/www\.npmjs\.com\/package\/@curve-wcs\/([\w-]+)$/.exec(link) ?? [];
  if (published) return `${chinese ? '/zh' : ''}/packages/${published}.md`;
  if (link.startsWith('#') || (/^(\w+:|\/)/.test(link) && !link.startsWith(FILES))) return link;

  const [path = '', anchor = ''] = link.replace(FILES, '/').split(/(?=#)/);
  const file = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(from), path);
  if (!existsSync(CLONE + file) && !/^docs\/api\//.test(file))
    throw new Error(`${from} links to ${link}, which is not there`);
  return (sitePage(file, chinese) ?? FILES + file) + anchor;
}

function sitePage(file: string, chinese: boolean): string | undefined {
  const [, name, translated] = /^packages\/([\w-]+)\/README(\.zh-CN)?\.md$/.exec(file) ?? [];
  if (name) return `${translated ? '/zh' : ''}/packages/${name}.md`;
  if (/^packages\/[\w-]+\/docs$/.test(file)) return '/api/index.md';
  if (!file.startsWith('docs/') || !file.endsWith('.md')) return undefined;
  // A document that is in English alone is so for both languages.
  const other = file.replace('docs/', 'docs/zh/');
  return `/${(chinese && existsSync(CLONE + other) ? other : file).slice('docs/'.length)}`;
}

/** Has the links of the site's own pages lead where {@link siteLink} says. */
export function siteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('site-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.attrGet('href');
      if (token.type === 'link_open' && link)
        token.attrSet('href', siteLink(link, `docs/${env.relativePath}`));
    }
  });
}
