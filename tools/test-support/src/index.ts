export { chart, type Figure, gigabytes } from './chart.js';
export { affine, type Content, contentOf, lcg } from './content.js';
export { runReadmeExamples } from './readme.js';
export { temporaryFolder } from './temporary-folder.js';
export { vectors } from './vectors.js';
