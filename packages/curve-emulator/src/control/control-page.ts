import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ControlError } from './control-error.js';

/** A file as it goes out. */
export interface PageFile {
  headers: Record<string, string>;
  body: Buffer;
}

/** The page is plain files that stand in the package as browsers get them. */
const folder = join(
  dirname(createRequire(import.meta.url).resolve('@curve-wcs/curve-emulator/package.json')),
  'page',
);

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Nothing from elsewhere runs or is loaded, whatever name a volume or a user has. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Whether a path is that of the page, or of one of the files that it refers to. */
export function isOfPage(path: string): boolean {
  return path === '/' || path.startsWith('/page/');
}

/**
 * The page that shows what the cluster is and does.
 *
 * @throws ControlError
 */
export async function pageFile(path: string): Promise<PageFile> {
  const name = path.replace(/^\/(page\/)?/, '') || 'index.html';
  const type = types[name.slice(name.lastIndexOf('.') + 1)];
  if (!/^[a-z-]+\.[a-z]+$/.test(name) || type === undefined)
    throw new ControlError(404, `there is no ${path}`);
  const body = await readFile(join(folder, name)).catch(error => {
    throw new ControlError(404, `there is no ${path}`, { cause: error });
  });
  const headers = {
    'Content-Type': type,
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  };
  return { headers, body };
}
