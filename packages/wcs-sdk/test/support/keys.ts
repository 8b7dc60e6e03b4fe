/** Keys that a careless client mangles. */
export const HOSTILE_KEYS = [
  'a b',
  '100%',
  'a+b',
  'a%2Fb',
  'a%2fb/c',
  '中文/文件 名.txt',
  '😀',
  '"quoted"',
  "it's",
  'a&b=c?d#e',
  'a\\b',
  'a:b',
  'a;b,c',
  '...',
  'a\u0001b',
  '1234',
  'a\nb',
];

/** Keys that the service does not take. */
export const WRONG_KEYS = [
  '',
  '/a',
  'a/',
  'a/./b',
  'a/../b',
  '..',
  '../x',
  'x'.repeat(1001),
  '中'.repeat(334),
  '\ud800',
];
