import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { typescriptFlags } from './packed.js';

const execute = promisify(execFile);

/** One fenced code block of a document, with what its comments say it prints. */
export interface Example {
  language: 'ts' | 'sh';
  /** Line of the document on which the code begins. */
  line: number;
  code: string;
  expected: string[];
}

/** How examples are run. */
export interface RunOptions {
  /** The folder the programs run in; put the files there that the examples read. */
  cwd: string;
  /** Variables the examples need, such as the address of an emulator. */
  env?: Record<string, string>;
  /** The package whose imports the examples can make; by default the document's own folder. */
  importFrom?: string;
}

/** Runs the `ts` blocks of a package's README as {@link runExamples} does; returns how many there were. */
export function runReadmeExamples(folder: string, options: RunOptions): Promise<number> {
  return runExamples(join(folder, 'README.md'), ['ts'], options);
}

/**
 * Runs the blocks of a document in their order: every `ts` block as a program of its own, with packages resolved by
 * their public names, and every `sh` block by bash, which stops at the first command that fails. Checks the output
 * they promise: `console.log(x); // → text` must print `text`, and so must `command # → text`.
 *
 * @param languages - the kinds of blocks that are run
 * @returns how many blocks were run
 */
export async function runExamples(
  file: string,
  languages: readonly Example['language'][],
  { cwd, env = {}, importFrom = dirname(file) }: RunOptions,
): Promise<number> {
  const examples = findExamples(readFileSync(file, 'utf8')).filter(({ language }) =>
    languages.includes(language),
  );
  const scratchParent = join(importFrom, '.cache');
  mkdirSync(scratchParent, { recursive: true });
  const scratch = mkdtempSync(join(scratchParent, 'examples-'));
  try {
    for (const { language, line, code, expected } of examples) {
      const where = `${basename(file)}:${line}`;
      const program = join(scratch, `line-${line}.${language === 'ts' ? 'mts' : 'sh'}`);
      writeFileSync(program, code);
      const [command, ...args] = interpreter(language);
      const { stdout } = await execute(command, [...args, program], {
        cwd,
        env: { ...process.env, ...env },
      }).catch(error => {
        throw new Error(`${where}: the example failed\n${error.stdout}${error.stderr}`, { cause: error });
      });
      const printed = stdout.split('\n');
      for (const text of expected) {
        if (!printed.some(printedLine => printedLine.includes(text))) {
          throw new Error(`${where}: the example should print ${text}, but printed\n${stdout}`);
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return examples.length;
}

function interpreter(language: Example['language']): [command: string, ...args: string[]] {
  if (language === 'sh') return ['bash', '-euo', 'pipefail'];
  return [process.execPath, ...typescriptFlags()];
}

/** The blocks of a document that are examples. */
export function findExamples(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(ts|sh)\n([\s\S]*?)^```$/gm)].map(match => {
    const [, language, code = ''] = match;
    return {
      language: language as Example['language'],
      line: markdown.slice(0, match.index).split('\n').length + 1,
      code,
      expected: [...code.matchAll(/(?:\/\/|#) → (.+)$/gm)].map(([, text]) => (text ?? '').trim()),
    };
  });
}
