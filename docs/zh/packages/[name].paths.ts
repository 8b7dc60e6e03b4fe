import { readmePages } from '../../.vitepress/readme-page.js';

export default readmePages('README.zh-CN.md');
