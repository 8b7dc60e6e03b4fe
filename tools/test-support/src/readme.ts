import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** One fenced code block of a README, with what its comments say it prints. */
interface Example {
  line: number;
  code: string;
  expected: string[];
}

/**
 * Runs every `ts` block of a package's README as a program of its own, with the package resolved by its
 * public name, and checks the output it promises: `console.log(x); // → text` must print `text`.
 *
 * @param folder - where README.md is
 * @param cwd - the folder the programs run in; put the files there that the examples read
 * @param env - variables the examples need, such as the address of an emulator
 * @param importFrom - the package whose imports the examples can make; by default the README's own folder
 * @returns how many blocks were run
 */
export async function runReadmeExamples(
  folder: string,
  { cwd, env = {}, importFrom = folder }: { cwd: string; env?: Record<string, string>; importFrom?: string },
): Promise<number> {
  const examples = findExamples(readFileSync(join(folder, 'README.md'), 'utf8'));
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const scratchParent = join(importFrom, '.cache');
  mkdirSync(scratchParent, { recursive: true });
  const scratch = mkdtempSync(join(scratchParent, 'readme-'));
  try {
    for (const { line, code, expected } of examples) {
      const program = join(scratch, `line-${line}.mts`);
      writeFileSync(program, code);
      const { stdout } = await execute(process.execPath, ['--import', tsx, program], {
        cwd,
        env: { ...process.env, ...env },
      }).catch(error => {
        throw new Error(`README.md:${line}: the example failed\n${error.stderr}`, { cause: error });
      });
      const printed = stdout.split('\n');
      for (const text of expected) {
        if (!printed.some(printedLine => printedLine.includes(text))) {
          throw new Error(`README.md:${line}: the example should print ${text}, but printed\n${stdout}`);
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return examples.length;
}

function findExamples(markdown: string): Example[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(match => {
    const code = match[1] ?? '';
    return {
      line: markdown.slice(0, match.index).split('\n').length + 1,
      code,
      expected: [...code.matchAll(/\/\/ → (.+)$/gm)].map(([, text]) => (text ?? '').trim()),
    };
  });
}
