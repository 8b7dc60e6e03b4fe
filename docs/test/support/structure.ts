/** What the languages of a document must have in common, in this order. */
export interface Part {
  kind: 'heading' | 'code' | 'table' | 'image';
  /** Line on which it begins. */
  line: number;
  /** What must be the same: a level, a number of rows, a source, or code without its comments. */
  same: string;
}

/** Finds the headings, code blocks, tables and images of a document. */
export function structureOf(markdown: string): Part[] {
  const parts: Part[] = [];
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const begin = i;
    const add = (kind: Part['kind'], same: string) => parts.push({ kind, line: begin + 1, same });
    const fence = /^(```+)(.*)$/.exec(line);
    if (fence) {
      const code: string[] = [];
      for (i++; i < lines.length && lines[i] !== fence[1]; i++) code.push(withoutComment(lines[i] ?? ''));
      add('code', [fence[2], ...code].join('\n'));
    } else if (line.startsWith('#')) {
      add('heading', `level ${/^#+/.exec(line)?.[0].length}`);
    } else if (line.startsWith('|')) {
      while (lines[i + 1]?.startsWith('|')) i++;
      add('table', `${i - begin + 1} lines`);
    } else {
      for (const [, source = ''] of line.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)) {
        add('image', source.replace(/^.*\//, ''));
      }
    }
  }
  return parts;
}

/** A line of code without its comment; what a comment promises that the line prints stays (`// → text`). */
function withoutComment(line: string): string {
  return line.replace(/(^|\s)(\/\/|#)(?! →)\s.*$/, '').trimEnd();
}

/** The first way in which two documents differ that should be the same in two languages; undefined if in none. */
export function difference(english: string, chinese: string): string | undefined {
  const [ours, theirs] = [structureOf(english), structureOf(chinese)];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [one, other] = [ours[i], theirs[i]];
    if (one?.kind === other?.kind && one?.same === other?.same) continue;
    return `English has ${describe(one)}, Chinese has ${describe(other)}`;
  }
  return undefined;
}

function describe(part: Part | undefined): string {
  return part ? `line ${part.line}: ${part.kind}, ${part.same}` : 'nothing more';
}
