import type { OptionDefinition } from '../options/option-definition.js';

/** Options that only some commands have; none of them is the official tool's. */
export const COMMAND_OPTIONS = [
  { long: 'recursive', short: 'r', addition: true, commands: ['ls'], description: 'ls: all below, too' },
  {
    long: 'long',
    short: 'l',
    addition: true,
    commands: ['ls'],
    description: 'ls: size, time and storage class, too',
  },
  {
    long: 'human',
    addition: true,
    commands: ['ls', 'du'],
    description: 'ls, du: sizes such as 3.4 MiB, not bytes',
  },
  {
    long: 'by-folder',
    addition: true,
    commands: ['du'],
    description: 'du: each folder of the first level, too',
  },
  {
    long: 'expires',
    argument: 'TIME',
    addition: true,
    commands: ['url'],
    description: 'url: sign it for this long, such as 10m or 7d',
  },
  {
    long: 'policy',
    argument: 'FILE',
    addition: true,
    commands: ['token'],
    names: 'file',
    description: 'token upload: sign this put policy; - for stdin',
  },
  {
    long: 'kind',
    argument: 'fmgr|fops',
    addition: true,
    commands: ['jobs'],
    values: ['fmgr', 'fops'],
    description: 'jobs: what started the job; default either',
  },
  {
    long: 'timeout',
    argument: 'TIME',
    addition: true,
    commands: ['jobs'],
    description: 'jobs wait: give up after this long',
  },
  {
    long: 'interval',
    argument: 'TIME',
    addition: true,
    commands: ['jobs'],
    description: 'jobs wait: ask this often; default 1s, then less often',
  },
] as const satisfies readonly OptionDefinition[];
