import { readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';
import { PACKAGES } from './packages.js';

/** What typedoc writes beside the pages of a package (its option `navigationJson`). */
interface NavigationItem {
  title: string;
  path?: string | null;
  children?: NavigationItem[];
}

/** The sidebars of the API reference: the exports of each package, by kind. */
export function apiSidebars(): DefaultTheme.SidebarMulti {
  return Object.fromEntries(
    PACKAGES.map(name => {
      const root = `/api/${name}/`;
      const file = new URL(`..${root}navigation.json`, import.meta.url);
      const navigation = JSON.parse(readFileSync(file, 'utf8')) as NavigationItem[];
      return [
        root,
        [{ text: `@curve-wcs/${name}`, link: root, items: navigation.map(item => entry(item, root)) }],
      ];
    }),
  );
}

function entry({ title, path, children }: NavigationItem, root: string): DefaultTheme.SidebarItem {
  return {
    text: title,
    ...(path ? { link: root + path.replace(/(index)?\.md$/, '') } : {}),
    ...(children ? { items: children.map(child => entry(child, root)), collapsed: true } : {}),
  };
}
