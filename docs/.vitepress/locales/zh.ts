import type { DefaultTheme, LocaleSpecificConfig } from 'vitepress';
import { type PageTitles, sidebar } from '../sidebar.js';

const titles: PageTitles = {
  start: '开始',
  gettingStarted: '快速上手',
  guides: '指南',
  fromPython: '从 Python SDK 和 wcscmd 迁移',
  resumableUploads: '断点续传',
  callbacks: '回调与通知',
  wcsEmulator: '在测试中使用 WCS 模拟器',
  whichApi: '这套 API 还是 S3',
  curve: 'Curve：从 Python 迁移与测试',
  operatingCurve: 'Curve：健康状况、空间、限流与指标',
  packages: '软件包',
  api: 'API 参考',
  more: '更多',
  performance: '性能',
  differences: '差异',
};

export const chinese: LocaleSpecificConfig<DefaultTheme.Config> & {
  search: NonNullable<DefaultTheme.LocalSearchOptions['translations']>;
} = {
  description: 'WCS 对象存储与 Curve 块存储的 Node.js 客户端',
  search: {
    button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
    modal: {
      displayDetails: '显示详情',
      resetButtonTitle: '清除',
      backButtonTitle: '关闭',
      noResultsText: '没有找到',
      footer: {
        selectText: '选择',
        selectKeyAriaLabel: '回车',
        navigateText: '切换',
        navigateUpKeyAriaLabel: '上',
        navigateDownKeyAriaLabel: '下',
        closeText: '关闭',
        closeKeyAriaLabel: 'Esc',
      },
    },
  },
  themeConfig: {
    nav: [
      { text: titles.gettingStarted, link: '/zh/getting-started' },
      { text: titles.guides, link: '/zh/guides/from-python', activeMatch: '^/zh/guides/' },
      { text: titles.packages, link: '/zh/packages/wcs-sdk', activeMatch: '^/zh/packages/' },
      { text: titles.api, link: '/zh/api/', activeMatch: '^/zh/api/' },
    ],
    sidebar: sidebar('/zh/', titles),
    outline: { level: [2, 3], label: '本页内容' },
    docFooter: { prev: '上一页', next: '下一页' },
    darkModeSwitchLabel: '外观',
    lightModeSwitchTitle: '切换到浅色',
    darkModeSwitchTitle: '切换到深色',
    sidebarMenuLabel: '目录',
    returnToTopLabel: '回到顶部',
    langMenuLabel: '切换语言',
    skipToContentLabel: '跳到正文',
    notFound: {
      title: '页面不存在',
      quote: '地址可能有误，或者页面已经移走。',
      linkLabel: '回到首页',
      linkText: '回到首页',
    },
  },
};
