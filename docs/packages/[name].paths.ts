import { readmePages } from '../.vitepress/readme-page.js';

export default readmePages('README.md');
