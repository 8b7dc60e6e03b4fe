export { selfSignedCertificate } from './certificate.js';
export { chart, type Figure, gigabytes } from './chart.js';
export { affine, type Content, contentOf, lcg } from './content.js';
export { findExamples, runExamples, runReadmeExamples } from './examples.js';
export { builtEntry, form, installedFolder, requireAsUser, typescriptFlags } from './packed.js';
export { requireInNewRealm } from './realm.js';
export { temporaryFolder } from './temporary-folder.js';
export { type UnreachableHost, unreachableHost } from './unreachable-host.js';
export { vectors } from './vectors.js';
