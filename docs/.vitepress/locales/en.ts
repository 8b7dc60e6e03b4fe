import type { DefaultTheme, LocaleSpecificConfig } from 'vitepress';
import { apiSidebars } from '../api-sidebar.js';
import { type PageTitles, sidebar } from '../sidebar.js';

const titles: PageTitles = {
  start: 'Start',
  gettingStarted: 'Getting started',
  guides: 'Guides',
  fromPython: 'Move from Python and wcscmd',
  resumableUploads: 'Resumable uploads',
  callbacks: 'Callbacks and notifications',
  wcsEmulator: 'The WCS emulator in tests',
  whichApi: 'This API or S3',
  curve: 'Curve: move from Python, and test',
  operatingCurve: 'Curve: health, space, limits, metrics',
  packages: 'Packages',
  api: 'API reference',
  more: 'More',
  performance: 'Performance',
  differences: 'Differences',
};

export const english: LocaleSpecificConfig<DefaultTheme.Config> = {
  description: 'Node.js clients for WCS object storage and the Curve block store',
  themeConfig: {
    nav: [
      { text: titles.gettingStarted, link: '/getting-started' },
      { text: titles.guides, link: '/guides/from-python', activeMatch: '^/guides/' },
      { text: titles.packages, link: '/packages/wcs-sdk', activeMatch: '^/packages/' },
      { text: titles.api, link: '/api/', activeMatch: '^/api/' },
    ],
    sidebar: { ...sidebar('/', titles), ...apiSidebars() },
    outline: { level: [2, 3] },
  },
};
