import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { pythonLiteral } from '../src/python/python-literal.js';

// Right-hand sides are what CPython prints of what its json module reads.
test.each([
  ['{}', '{}'],
  ['[ ]', '[]'],
  ['"a"', "'a'"],
  ['"it\'s \\u4e2d\\n"', '"it\'s 中\\n"'],
  ['[true,false,null]', '[True, False, None]'],
  ['{"b":1, "a" : [ {"c":"x,y:z"} ]}', "{'b': 1, 'a': [{'c': 'x,y:z'}]}"],
  ['{"2":1,"1":2}', "{'2': 1, '1': 2}"],
  ['12345678901234567890', '12345678901234567890'],
  ['-0', '0'],
  ['-0.0', '-0.0'],
  ['1.0', '1.0'],
  ['1.50', '1.5'],
  ['-12.25', '-12.25'],
  ['1e3', '1000.0'],
  ['1E-4', '0.0001'],
  ['1e-5', '1e-05'],
  ['-1.5e-7', '-1.5e-07'],
  ['0.000123', '0.000123'],
  ['1e15', '1000000000000000.0'],
  ['1e16', '1e+16'],
  ['1.5e21', '1.5e+21'],
  ['123456789.123', '123456789.123'],
  ['1e400', 'inf'],
  ['-1e400', '-inf'],
])('%s', (json, expected) => {
  expect(pythonLiteral(json)).toBe(expected);
});

test.each(['', '{', 'nope', "{'a': 1}", '[1,]'])('refuses %j', text => {
  expect(() => pythonLiteral(text)).toThrow(SyntaxError);
});

// toExponential loses the sign of -0.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(value => !Object.is(value, -0));

property.prop([number])('numbers keep their value', value => {
  const literal = pythonLiteral(value.toExponential());
  expect(literal).toMatch(/^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,3})$/);
  expect(Number(literal)).toBe(value);
});
