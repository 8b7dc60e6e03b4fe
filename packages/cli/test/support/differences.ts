import { ExitCode } from '../../src/index.js';

/** Where this tool ends otherwise than the official one, on purpose. */
export interface Difference {
  reason: string;
  exitCode?: number;
  /** Whether no request is made, though the official tool makes some. */
  silent?: boolean;
  /** The case whose requests are made, though the official tool makes none. */
  requestsOf?: string;
  /** What the request holds in place of what the official tool sends. */
  sends?: string;
}

const failed = (reason: string): Difference => ({ reason, exitCode: ExitCode.failed });
const usage = (reason: string): Difference => ({ reason, exitCode: ExitCode.usage });
const config = (reason: string): Difference => ({ reason, exitCode: ExitCode.config });

/** All differences, by case. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'missing config file': config('a message that names the file instead of a traceback'),
  '--config other file': config('as for the default file'),
  'unknown command': usage('honest exit status'),
  'too few args': usage('honest exit status'),
  'too many args': usage('honest exit status'),
  'get without url': usage('honest exit status'),
  'get with 3 args': usage('honest exit status'),
  'bad wcs url': usage('honest exit status'),
  'bad block_size in config': { ...config('a block size that the service refuses is fatal'), silent: true },
  'bad bput_size in config': { ...config('likewise'), silent: true },
  'invalid boolean in config': config('a message that names setting and value instead of a traceback'),
  'empty access_key in config': config('a message that names the settings instead of a traceback'),
  'invalid line in config': {
    reason: 'warned about, not fatal',
    exitCode: ExitCode.success,
    requestsOf: 'listbucket',
  },
  'list limit too big': usage('honest exit status'),
  'list 404': failed('honest exit status'),
  'stat 404': failed('honest exit status'),
  'put 406': failed('honest exit status'),
  'put bad deadline': usage('a wrong option is a wrong command line'),
  'get 404': failed('honest exit status'),
  'multiput one block failing': failed('honest exit status'),
  'setdeadline -1 unquoted': {
    reason: 'a negative number is an operand',
    exitCode: ExitCode.success,
    requestsOf: 'setdeadline -1 after --',
  },
  'setdeadline not a number': usage('a message that says what is allowed instead of a traceback'),
  'setdeadline --relevance': {
    reason: 'the option does what it says',
    sends: 'bucket=YnVja2V0LW9uZQ==&key=YS50eHQ=&deadline=3&relevance=1',
  },
  'deletePrefix --output --notify --separate': {
    reason: 'the option does what it says',
    sends:
      'fops=bucket/YnVja2V0LW9uZQ==/prefix/dGVzdC1wcmVmaXgv/output/Yjpr' +
      '&notifyURL=aHR0cDovL2V4YW1wbGUuY29tL25vdGlmeT9hPWI=&separate=1&force=1',
  },
  'crc64 missing': failed('honest exit status'),
  'get /dir/b.bin?x=1': { reason: 'the query is no part of the name, so no folder is missing' },
};
