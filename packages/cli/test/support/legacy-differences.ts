import { named, type RecordedRequest } from './recorded-case.js';

/** Where the legacy modes are not like the official tool, on purpose. */
export interface LegacyDifference {
  reason: string;
  /** What is printed in place of what the official tool prints. */
  stdout?: (official: string) => string;
  stderr?: (official: string) => string;
  exitCode?: number;
  /** The requests that are made, if others. */
  requests?: readonly RecordedRequest[];
  /** What the request holds, if something else. */
  sends?: string;
}

/** Secrets are masked; `--show-secrets` shows them. */
const masked: LegacyDifference = {
  reason: 'secrets stay secret, unless --show-secrets is given',
  stdout: official =>
    official
      .replace(/^secret_key = .+$/m, 'secret_key = ********')
      .replace(/Secret Key \[[^\]]*\]/, 'Secret Key [********]')
      .replace(/^ {2}secret_key: .+$/m, '  secret_key: ********'),
};

/** The lines of a log but those that match. */
const without = (pattern: RegExp) => (log: string) =>
  log
    .split('\n')
    .filter(line => !pattern.test(line))
    .join('\n');

/** The dictionary that tells of an upload, but for the record of one block. */
const withoutRecord = (code: number, offset: number) => (log: string) => {
  const record = `'\\{"offset": ${offset}, "code": ${code}, [^}]*\\}'`;
  return log.replace(new RegExp(`${record}, |, ${record}`), '');
};

/** The requests of a case, but those of one block. */
const requestsWithout = (name: string, block: string) =>
  named(name).requests.filter(({ url }) => !url.endsWith(block));

/** All differences, by case. */
export const LEGACY_DIFFERENCES: Readonly<Record<string, LegacyDifference>> = {
  '--dump-config': masked,
  'quoted values and comments': masked,
  'two sections': masked,
  '--dump-config with options': {
    reason: 'secrets stay secret; the dump shows what is in force, -s included',
    stdout: official => masked.stdout?.(official).replace('ishttps = False', 'ishttps = True') ?? official,
  },
  'configure: all defaults, save': masked,
  'configure: new values, decline, abort': masked,
  'configure: set everything': masked,
  'invalid line in config': {
    reason: 'a line that is no setting is warned about, and ends nothing',
    exitCode: 0,
    requests: named('listbucket').requests,
    stderr: official =>
      official.replace(
        '{traceback} NameError',
        '{ts} - WARNING - {cwd}/.wcscfg, line 7: not a setting, ignored\n' +
          named('listbucket').stderr.replace(/^.*\n/, '').trimEnd(),
      ),
  },
  'setdeadline -1 unquoted': {
    reason: 'a negative number is an operand',
    exitCode: 0,
    requests: named('setdeadline -1 after --').requests,
    stderr: () => named('setdeadline -1 after --').stderr,
  },
  'setdeadline --relevance': {
    reason: 'the option does what it says',
    sends: 'bucket=YnVja2V0LW9uZQ==&key=YS50eHQ=&deadline=3&relevance=1',
  },
  'deletePrefix --output --notify --separate': {
    reason: 'the option does what it says',
    sends:
      'fops=bucket/YnVja2V0LW9uZQ==/prefix/dGVzdC1wcmVmaXgv/output/Yjpr' +
      '&notifyURL=aHR0cDovL2V4YW1wbGUuY29tL25vdGlmeT9hPWI=&separate=1&force=1',
    stderr: official => official.replace('&notifyURL=', '/output/Yjpr&notifyURL='),
  },
  'multiput one block failing': {
    reason: 'a block that keeps failing ends the upload, which can be resumed',
    requests: requestsWithout('multiput one block failing', '/2'),
    stderr: official => withoutRecord(200, 8_388_608)(without(/progress:67%/)(official)),
  },
  'multiput --upload-id (resume of the case before)': {
    reason: 'blocks that failed are not kept in records',
    stderr: withoutRecord(500, 4_194_304),
  },
};
