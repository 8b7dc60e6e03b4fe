import type { DefaultTheme } from 'vitepress';
import { PACKAGES } from './packages.js';

/** The names of pages and groups in one language. */
export interface PageTitles {
  start: string;
  gettingStarted: string;
  guides: string;
  fromPython: string;
  resumableUploads: string;
  callbacks: string;
  wcsEmulator: string;
  whichApi: string;
  curve: string;
  operatingCurve: string;
  packages: string;
  api: string;
  more: string;
  performance: string;
  differences: string;
}

/** The sidebars of one language; `root` is `/` or `/zh/`. */
export function sidebar(root: string, titles: PageTitles): DefaultTheme.SidebarMulti {
  return {
    [root]: [
      { text: titles.start, items: [{ text: titles.gettingStarted, link: `${root}getting-started` }] },
      {
        text: titles.guides,
        items: [
          { text: titles.fromPython, link: `${root}guides/from-python` },
          { text: titles.resumableUploads, link: `${root}guides/resumable-uploads` },
          { text: titles.callbacks, link: `${root}guides/callbacks` },
          { text: titles.wcsEmulator, link: `${root}guides/wcs-emulator` },
          { text: titles.whichApi, link: `${root}guides/which-api` },
          { text: titles.curve, link: `${root}guides/curve` },
          { text: titles.operatingCurve, link: `${root}guides/operating-curve` },
        ],
      },
      {
        text: titles.packages,
        items: PACKAGES.map(name => ({ text: name, link: `${root}packages/${name}` })),
      },
      {
        text: titles.api,
        collapsed: true,
        items: PACKAGES.map(name => ({ text: name, link: `/api/${name}/` })),
      },
      {
        text: titles.more,
        items: [
          { text: titles.performance, link: `${root}performance` },
          { text: titles.differences, link: `${root}differences` },
        ],
      },
    ],
  };
}
