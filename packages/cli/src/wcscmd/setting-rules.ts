import type { SettingName } from '@curve-wcs/wcs-sdk';

/** What a setting may be. */
interface Rule {
  allowed: string;
  allows(value: string): boolean;
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
  connection_timeout: number('a positive number of seconds', value => value > 0),
  mkblk_retries: wholeNumber(),
  bput_retries: wholeNumber(),
  mkfile_retries: wholeNumber(),
  concurrency: number('0 (one block at a time) to 256', value => value <= 256),
  mode: wholeNumber(),
  limit: number('1 to 1000', value => value >= 1 && value <= 1000),
  deadline: number('a positive number of seconds', value => value > 0),
  traffic_limit: wholeNumber(),
  overwrite: zeroOrOne(),
  separate: zeroOrOne(),
  force: zeroOrOne(),
};

/** Says what a setting may be if `value` is something else. */
export function settingProblem(name: SettingName, value: string): string | undefined {
  const rule = RULES[name];
  return rule === undefined || value === '' || rule.allows(value) ? undefined : rule.allowed;
}

function number(allowed: string, allows: (value: number) => boolean): Rule {
  return {
    allowed,
    allows: text => /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) && allows(Number(text)),
  };
}

function wholeNumber(): Rule {
  return number('a whole number', () => true);
}

function zeroOrOne(): Rule {
  return { allowed: '0 or 1', allows: value => value === '0' || value === '1' };
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
