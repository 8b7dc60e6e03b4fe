import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { markdownIn, PACKAGE_DOCUMENTS, PAGES, READMES, ROOT } from './support/documents.js';
import { difference } from './support/structure.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const pairs = [...READMES, ...PACKAGE_DOCUMENTS, ...PAGES];

describe('a document in both languages', () => {
  test.each(pairs)('has the same sections, code, tables and images: $english', ({ english, chinese }) => {
    expect(difference(read(english), read(chinese))).toBeUndefined();
  });

  const linked = pairs.filter(({ english }) => !english.endsWith('/index.md'));
  test.each(linked)('leads to the other: $english', ({ english, chinese }) => {
    const [, toChinese = ''] = /^English \| \[简体中文\]\((.+)\)$/m.exec(read(english)) ?? [];
    const [, toEnglish = ''] = /^\[English\]\((.+)\) \| 简体中文$/m.exec(read(chinese)) ?? [];
    expect(join(dirname(english), toChinese)).toBe(chinese);
    expect(join(dirname(chinese), toEnglish)).toBe(english);
  });

  test('is Chinese where it says so', () => {
    for (const { chinese } of pairs)
      expect(read(chinese).match(/\p{Script=Han}/gu)?.length ?? 0).toBeGreaterThan(8);
  });

  test('has no Chinese page without an English one', () => {
    const english = markdownIn('docs/zh').map(path => path.replace('docs/zh/', 'docs/'));
    expect(english.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the comparison', () => {
  const document = `# Title

Text

\`\`\`ts
const a = 'http://host'; // a comment
console.log(a); // → http://host
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

## More
`;

  test('lets text and comments be translated', () => {
    const chinese = document.replace('Title', '标题').replace('Text', '正文').replace('a comment', '注释');
    expect(difference(document, chinese)).toBeUndefined();
  });

  test.each([
    ['a missing section', document.replace('## More\n', '')],
    ['a section more', `${document}\n## Even more\n`],
    ['a section of another level', document.replace('## More', '### More')],
    ['sections in another order', document.replace('# Title', '## More').replace(/## More\n$/, '# Title\n')],
    ['other code', document.replace('const a', 'const b')],
    ['another promise', document.replace('→ http', '→ https')],
    ['code in another language', document.replace('```ts', '```js')],
    ['a missing code block', document.replace(/```[\s\S]*```/, '')],
    ['a missing row', document.replace('| 1 | 2 |\n', '')],
    ['another image', document.replace('Text', '![Text](a.png)')],
  ])('finds %s', (_, chinese) => {
    expect(difference(document, chinese)).toMatch(/^English has/);
  });
});
