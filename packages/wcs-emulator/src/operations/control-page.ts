import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { requireLocal } from './require-local.js';

/** The page is plain files that stand in the package as browsers get them. */
const folder = join(
  dirname(createRequire(import.meta.url).resolve('@curve-wcs/wcs-emulator/package.json')),
  'page',
);

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Nothing from elsewhere runs or is loaded, whatever name a bucket or a key has. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** `GET /-/control/` and the files it refers to: the page that shows what the emulator holds and does. */
export const controlPage: Operation = async context => {
  requireLocal(context);
  const name = context.path.slice('/-/control/'.length).replace(/^page\//, '') || 'index.html';
  const type = types[name.slice(name.lastIndexOf('.') + 1)];
  if (!/^[a-z-]+\.[a-z]+$/.test(name) || type === undefined)
    throw new ServiceError(404, `there is no ${name}`);
  const body = await readFile(join(folder, name)).catch(error => {
    throw new ServiceError(404, `there is no ${name}`, { cause: error });
  });
  return {
    status: 200,
    headers: {
      'Content-Type': type,
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    },
    body,
  };
};
