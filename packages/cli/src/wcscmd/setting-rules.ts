import type { SettingName, Settings } from '@curve-wcs/wcs-sdk';
import { pythonInt } from '../python/python-integer.js';

/** What a setting may be. */
interface Rule {
  allowed: string;
  allows(value: string): boolean;
  /** Whether it is written as Python writes whole numbers. */
  isNumber?: true;
}

/** Settings of which not every text is one. All are optional: an empty value stands for the default. */
const RULES: Partial<Record<SettingName, Rule>> = {
  access_key: {
    allowed: 'printable, without colon or space',
    allows: value => /^[\x21-\x39\x3b-\x7e]+$/.test(value),
  },
  put_url: address(),
  mgr_url: address(),
  block_size: number('a positive multiple of 4194304 (4 MiB)', value => value > 0 && value % 4_194_304 === 0),
  bput_size: number('a positive even number', value => value > 0 && value % 2 === 0),
  connection_retries: wholeNumber(),
  connection_timeout: {
    allowed: 'a positive number of seconds',
    allows: value => /^\s*\+?(\d+\.?\d*|\.\d+)\s*$/.test(value) && Number(value) > 0,
  },
  mkblk_retries: wholeNumber(),
  bput_retries: wholeNumber(),
  mkfile_retries: wholeNumber(),
  concurrency: number('0 (one block at a time) to 256', value => value >= 0 && value <= 256),
  mode: number('a whole number', () => true),
  limit: number('1 to 1000', value => value >= 0 && value <= 1000),
  deadline: number('a positive number of seconds', () => true),
  traffic_limit: number('a whole number', () => true),
  overwrite: zeroOrOne(),
  separate: zeroOrOne(),
  force: zeroOrOne(),
};

/** Says what a setting may be if `value` is something else. */
export function settingProblem(name: SettingName, value: string): string | undefined {
  const rule = RULES[name];
  return rule === undefined || value === '' || rule.allows(value) ? undefined : rule.allowed;
}

/** Settings of which a number below zero means no more than zero. */
const FROM_ZERO: readonly SettingName[] = ['deadline', 'traffic_limit'];

/** Writes numbers in one way, however they were given: ` 60 `, `+60` and `6_0` are 60. What is none stays. */
export function plainNumbers(settings: Settings): void {
  for (const [name, rule] of Object.entries(RULES) as [SettingName, Rule][]) {
    const value = rule.isNumber ? pythonInt(settings[name]) : undefined;
    if (value !== undefined) settings[name] = String(FROM_ZERO.includes(name) ? Math.max(0, value) : value);
  }
}

function number(allowed: string, allows: (value: number) => boolean): Rule {
  return {
    allowed,
    allows: text => {
      const value = pythonInt(text);
      return value !== undefined && allows(value);
    },
    isNumber: true,
  };
}

function wholeNumber(): Rule {
  return number('a whole number', value => value >= 0);
}

function zeroOrOne(): Rule {
  return number('0 or 1', value => value === 0 || value === 1);
}

function address(): Rule {
  return {
    allowed: 'a host or an http:// or https:// URL',
    allows: value => {
      const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
      return !/\s/.test(value) && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    },
  };
}
