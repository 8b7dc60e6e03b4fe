import { useData } from 'vitepress';
import { computed } from 'vue';

/**
 * The links of the language menu. In place of the default theme's own, which would lead from a page of the API
 * reference to a Chinese one: its text is the source code's, so it is there once, in English.
 */
export function useLangs({ correspondingLink = false } = {}) {
  const { site, localeIndex, page, hash } = useData();
  const rootOf = (locale: string) => (locale === 'root' ? '/' : `/${locale}/`);
  const label = (locale: string) => site.value.locales[locale]?.label ?? '';

  const currentLang = computed(() => ({ label: label(localeIndex.value), link: rootOf(localeIndex.value) }));
  const localeLinks = computed(() => {
    const path = page.value.relativePath.slice(currentLang.value.link.length - 1);
    const shared = /^api\/./.test(path) && path !== 'api/index.md';
    const counterpart = shared ? 'api/' : path.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html');
    return Object.keys(site.value.locales)
      .filter(locale => locale !== localeIndex.value)
      .map(locale => ({
        text: label(locale),
        link: rootOf(locale) + (correspondingLink ? counterpart : '') + (shared ? '' : hash.value),
      }));
  });
  return { localeLinks, currentLang };
}
