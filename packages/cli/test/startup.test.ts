import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';

/** The files that a command has loaded, by what V8 says of their coverage. */
async function loadedBy(
  tool: 'curvecmd' | 'wcscmd',
  argv: readonly string[],
  more: Record<string, string> = {},
): Promise<string[]> {
  const folder = temporaryFolder();
  const coverage = join(folder, 'coverage');
  const { exitCode } = await spawnCli(tool, argv, {
    cwd: folder,
    env: { NODE_V8_COVERAGE: coverage, ...more },
  }).ended;
  expect(exitCode).toBe(ExitCode.success);
  return readdirSync(coverage).flatMap(file => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as {
      result: { url: string }[];
    };
    return result.map(({ url }) => url).filter(url => url.startsWith('file:'));
  });
}

test.each(['wcscmd', 'curvecmd'] as const)('%s loads no package until it has something to do', async tool => {
  const own = [
    expect.stringMatching(`/cli/bin/${tool}\\.js$`),
    expect.stringMatching(`/cli/dist/bin/${tool}\\.js$`),
  ];
  for (const argv of [['--help'], ['--version'], ['ls', '--help'], ['completion', 'bash']]) {
    expect(await loadedBy(tool, argv), argv.join(' ')).toEqual(own);
  }
});

test('what has something to do loads its own SDK, and not that of the other tool', async () => {
  const loaded = await loadedBy('wcscmd', ['url', 'wcs://b/k'], { WCS_GET_URL: 'h' });
  expect(loaded).toContainEqual(expect.stringContaining('/wcs-sdk/dist/'));
  expect(loaded.filter(url => /curve-(sdk|native|emulator)|wcs-emulator/.test(url))).toEqual([]);
});
