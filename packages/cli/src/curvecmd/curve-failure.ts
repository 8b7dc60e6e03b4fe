import type { CurveError, CurveErrorCode } from '@curve-wcs/curve-sdk';
import type { FailureDescription } from '../describe-failure.js';
import { ExitCode } from '../exit-code.js';

const PERMISSION = 'its owner may, and root with --user root --password-file FILE';
const CLOCK = 'the MDS also refuses a wrong password, and clocks that differ from its own by 15 seconds';
const ADDRESS = 'is the cluster running, and mds.listen.addr in client.conf right?';

/** What to do next about a status, in whatever call. */
const BY_STATUS: Readonly<Record<string, string>> = {
  kOwnerAuthFail: `${PERMISSION}; ${CLOCK}`,
  kFileOccupied: 'curvecmd stat shows where it is open',
  kPoolsetNotExist: 'curvecmd poolsets shows which there are',
  kDirNotEmpty: 'curvecmd rm -r removes it with all below it',
  ECONNREFUSED: ADDRESS,
  EHOSTDOWN: ADDRESS,
  ETIMEDOUT: ADDRESS,
  ERPCTIMEDOUT: ADDRESS,
};

/** What to do next about a status of one call. */
const BY_CALL: Readonly<Record<string, string>> = {
  'createVolume kFileNotExists': 'curvecmd mkdir -p makes the directories on the way to it',
  'createVolume kFileExists': 'choose another name, or leave it as it is',
  'createVolume kFileLengthNotSupported':
    'clusters as shipped take 10G to 20T, in steps of 1G, and no more than the poolset has left',
  'createVolume kParaError': 'stripe unit and count must divide the chunk size, 16M in clusters as shipped',
  'mkdir kFileNotExists': 'curvecmd mkdir -p makes the directories on the way to it, too',
  'extend kExtentUnitError': 'volumes grow by whole segments, 1G in clusters as shipped',
  'extend kFileLengthNotSupported': 'clusters as shipped allow up to 20T',
  'extend kNotSupported': 'only volumes grow',
  'rename kNotSupported': 'directories cannot be renamed',
  'open kNotSupported': 'a directory has no content; curvecmd ls lists it',
  'list kOwnerAuthFail': `/ and /RecycleBin are for root; ${PERMISSION}; ${CLOCK}`,
  'trash.list kOwnerAuthFail': `the trash is for root: --user root --password-file FILE; ${CLOCK}`,
  'trash.purge kOwnerAuthFail': `the trash is for root: --user root --password-file FILE; ${CLOCK}`,
  'trash.restore kFileNotExists': 'nothing of that path and id is in the trash',
  'changeOwner kOwnerAuthFail': `only root may: --user root --password-file FILE; ${CLOCK}`,
};

/** What a call is told that was repeated because its answer got lost, although it had done its work. */
const DONE_BEFORE: ReadonlySet<string> = new Set([
  'createVolume kFileExists',
  'mkdir kFileExists',
  'rename kFileNotExists',
  'removeAll kFileNotExists',
  'rmdir kFileNotExists',
  'trash.restore kFileNotExists',
  'trash.purge kFileUnderDeleting',
]);

/** What to do next about errors without a status. */
const BY_CODE: Partial<Record<CurveErrorCode, string>> = {
  TIMEOUT: 'allow more time with --deadline, or none to wait as long as it takes',
  EPOCH_TOO_OLD: 'somebody else has taken over the volume; run the command again to take it back',
};

const EXIT_CODES: Partial<Record<CurveErrorCode, number>> = {
  INVALID_ARGUMENT: ExitCode.usage,
  CONFIG: ExitCode.config,
};

/** Describes an error of the SDK: what the cluster said, and what to do next in terms of this tool. */
export async function describeCurveError(error: unknown): Promise<FailureDescription | undefined> {
  const { CurveError } = await import('@curve-wcs/curve-sdk');
  if (!(error instanceof CurveError)) return undefined;
  const hint = hintFor(error);
  return {
    message: messageOf(error),
    hints: hint === undefined ? [] : [hint],
    exitCode: EXIT_CODES[error.code] ?? ExitCode.failed,
    error,
  };
}

function hintFor({ operation, status = '', code, attempts = 1 }: CurveError): string | undefined {
  const what = `${operation} ${status}`;
  if (attempts > 1 && DONE_BEFORE.has(what)) {
    return 'an earlier attempt may have done it, its answer being lost: look with curvecmd stat';
  }
  return BY_CALL[what] ?? BY_STATUS[status] ?? BY_CODE[code];
}

/** The error's message without the name of the call, which users do not make, and without its advice to programs. */
function messageOf({ message, hint, operation, path }: CurveError): string {
  const said =
    hint === undefined ? message : message.slice(0, message.length - hint.length).replace(/; $/, '');
  if (path !== undefined && said.startsWith(`${operation} ${path}: `))
    return said.slice(operation.length + 1);
  return said.startsWith(`${operation}: `) ? said.slice(operation.length + 2) : said;
}
