import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { english } from './locales/en.js';
import { chinese } from './locales/zh.js';
import { siteLinks } from './site-link.js';
import { tokenize } from './tokenize.js';

export default defineConfig({
  title: 'curve-wcs',
  metaChunk: true,
  // The tests and notes of this package are no pages.
  srcExclude: ['test/**', 'node_modules/**'],
  markdown: { config: siteLinks },
  vite: {
    resolve: {
      alias: [
        {
          find: /^\.{1,2}\/composables\/langs$/,
          replacement: fileURLToPath(new URL('langs.ts', import.meta.url)),
        },
      ],
    },
  },
  locales: {
    root: { label: 'English', lang: 'en', ...english },
    zh: { label: '简体中文', lang: 'zh-CN', ...chinese },
  },
  themeConfig: {
    socialLinks: [{ icon: 'github', link: 'https://github.com/curve-wcs/curve-wcs' }],
    // The index is a file of the site and is searched in the browser.
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize } },
        locales: { zh: { translations: chinese.search } },
      },
    },
  },
});
