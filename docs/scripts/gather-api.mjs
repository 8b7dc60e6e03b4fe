// Brings the API reference that the `docs` task of each package made to where the site has its pages: api/<package>.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('..', import.meta.url));
const packages = join(site, '..', 'packages');

for (const name of readdirSync(packages)) {
  if (!existsSync(join(packages, name, 'typedoc.json'))) continue;
  const target = join(site, 'api', name);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(packages, name, 'docs', 'api'), target, { recursive: true });
}
