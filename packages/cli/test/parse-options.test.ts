import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { OptionDefinition } from '../src/options/option-definition.js';
import { parseOptions } from '../src/options/parse-options.js';
import { WCSCMD_OPTIONS } from '../src/wcscmd/wcscmd-options.js';

const OPTIONS: readonly OptionDefinition[] = [
  { long: 'help', short: 'h', immediate: true, description: '' },
  { long: 'config', short: 'c', argument: 'FILE', description: '' },
  { long: 'configure', description: '' },
  { long: 'ssl', short: 's', description: '' },
  { long: 'notify', argument: 'URL', description: '' },
  { long: 'no-progress', addition: true, description: '' },
  { long: 'no-verify', addition: true, description: '' },
];

const parse = (...argv: string[]) => {
  const { operands, values, rest } = parseOptions(argv, OPTIONS);
  return { operands, values: Object.fromEntries(values), ...(rest.length > 0 ? { rest } : {}) };
};

describe('parseOptions', () => {
  test.each([
    [['put', '-s', 'a', '-c', 'f', 'b'], { operands: ['put', 'a', 'b'], values: { ssl: true, config: 'f' } }],
    [['--config=f'], { operands: [], values: { config: 'f' } }],
    [['--config', 'f'], { operands: [], values: { config: 'f' } }],
    [['--config=a=b'], { operands: [], values: { config: 'a=b' } }],
    [['--config='], { operands: [], values: { config: '' } }],
    [['-cf'], { operands: [], values: { config: 'f' } }],
    [['-scf'], { operands: [], values: { ssl: true, config: 'f' } }],
    [['-sc', 'f'], { operands: [], values: { ssl: true, config: 'f' } }],
    [['--ss'], { operands: [], values: { ssl: true } }],
    [['--not=u'], { operands: [], values: { notify: 'u' } }],
    [['--config', '--ssl'], { operands: [], values: { config: '--ssl' } }],
    [['--config', '--', '-s'], { operands: [], values: { config: '--', ssl: true } }],
    [['-c', 'a', '-c', 'b'], { operands: [], values: { config: 'b' } }],
    [['a', '--', '-s', '--', '--nope'], { operands: ['a', '-s', '--', '--nope'], values: {} }],
    [['-', '-1', '-2.5'], { operands: ['-', '-1', '-2.5'], values: {} }],
    [['', ' '], { operands: ['', ' '], values: {} }],
    [['a', '-h', '--nope'], { operands: ['a'], values: { help: true }, rest: ['--nope'] }],
  ])('%j', (argv, expected) => {
    expect(parse(...argv)).toEqual(expected);
  });

  test.each([
    [['--nope'], 'there is no option --nope'],
    [['-x'], 'there is no option -x'],
    [['-sx'], 'there is no option -x'],
    [['-1a'], 'there is no option -1'],
    [['--='], 'there is no option --'],
    [['--conf'], 'option --conf is ambiguous: --config, --configure'],
    [['--no-'], 'option --no- is ambiguous: --no-progress, --no-verify'],
    [['--ssl=1'], 'option --ssl takes no argument'],
    [['--config'], 'option --config needs an argument: FILE'],
    [['-c'], 'option -c needs an argument: FILE'],
  ])('refuses %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ message, exitCode: 2 }));
  });

  test('an addition does not make ambiguous what the official tool understands', () => {
    expect(parse('--no', 'u').values).toEqual({ notify: 'u' });
    expect(parse('--no-p').values).toEqual({ 'no-progress': true });
  });

  test('every abbreviation that the official tool takes means the same', () => {
    const official: readonly OptionDefinition[] = WCSCMD_OPTIONS.filter(option => !('addition' in option));
    const all: readonly OptionDefinition[] = WCSCMD_OPTIONS;
    let abbreviations = 0;
    for (const option of official) {
      for (let length = 1; length <= option.long.length; length++) {
        const word = `--${option.long.slice(0, length)}`;
        const argv = option.argument === undefined ? [word] : [word, 'value'];
        const unique = official.filter(({ long }) => `--${long}`.startsWith(word)).length === 1;
        if (!unique && word !== `--${option.long}`) continue;
        abbreviations += 1;
        expect([...parseOptions(argv, all).values.keys()], word).toEqual([option.long]);
      }
    }
    expect(abbreviations).toBe(194);
  });

  const operand = fc.oneof(
    fc.string().filter(text => !text.startsWith('-')),
    fc.integer({ max: -1 }).map(String),
    fc.constant('-'),
  );
  const value = fc.string();
  const option = fc.oneof(
    value.map(text => ({ words: ['--config', text], entry: ['config', text] as const })),
    value.map(text => ({ words: [`--config=${text}`], entry: ['config', text] as const })),
    value.map(text => ({ words: ['-c', text], entry: ['config', text] as const })),
    value
      .filter(text => text !== '')
      .map(text => ({ words: [`-c${text}`], entry: ['config', text] as const })),
    value.map(text => ({ words: [`--not=${text}`], entry: ['notify', text] as const })),
    fc.constant({ words: ['-s'], entry: ['ssl', true] as const }),
    fc.constant({ words: ['--no-p'], entry: ['no-progress', true] as const }),
  );

  property.prop([fc.array(fc.oneof(operand, option)), fc.array(value)])(
    'finds operands and options wherever they stand',
    (items, afterwards) => {
      const argv = items.flatMap(item => (typeof item === 'string' ? [item] : item.words));
      const parsed = parseOptions([...argv, '--', ...afterwards], OPTIONS);
      expect(parsed.operands).toEqual([...items.filter(item => typeof item === 'string'), ...afterwards]);
      expect([...parsed.values]).toEqual([
        ...new Map<string, string | true>(
          items.flatMap(item => (typeof item === 'string' ? [] : [item.entry])),
        ),
      ]);
    },
  );

  property.prop([fc.array(fc.string())])('reads anything, or says what is wrong', argv => {
    try {
      const { operands, values, rest } = parseOptions(argv, OPTIONS);
      expect(operands.length + values.size + rest.length).toBeLessThanOrEqual(
        argv.join(' ').length + argv.length,
      );
    } catch (error) {
      expect(error).toMatchObject({ name: 'CliError', exitCode: 2 });
    }
  });
});
