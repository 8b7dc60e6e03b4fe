import { parseDays } from '../../commands/wcscmd/setdeadline.js';
import { pythonLiteral } from '../../python/python-literal.js';
import type { CommandContext } from '../command.js';
import { statisticDays } from '../statistic-days.js';
import { parseBucketUrl, parseObjectUrl, parseWcsUrl } from '../wcs-url.js';
import { type Narration, type Narrator, tellAnswer } from './narrator.js';
import { downloadName, tellDownload } from './tell-download.js';
import { tellListing } from './tell-listing.js';
import { tellMultiput } from './tell-multiput.js';

/** A command as the official tool has it. */
export interface OfficialCommand {
  /** Fewest and most arguments. */
  operands: readonly [minimum: number, maximum: number];
  /** Begins to tell of a run. Fails, as the command would, for arguments that make no sense. */
  tell(narration: Narration): Narrator | Promise<Narrator>;
  /** Arguments that our command needs to do what the official one does. */
  adapted?(operands: readonly string[]): readonly string[];
}

/** The commands of the official tool, by name. */
export const OFFICIAL_COMMANDS: Readonly<Record<string, OfficialCommand>> = {
  list: { operands: [2, 2], tell: tellListing },
  listall: { operands: [2, 2], tell: tellListing },
  listbucket: {
    operands: [0, 0],
    tell: narration => tellAnswer(narration, ['Now start to list buckets'], ['bucket list']),
  },
  get: {
    operands: [0, 2],
    tell: tellDownload,
    adapted: operands => {
      const [url, name = downloadName(url ?? '')] = operands;
      return url === undefined || name === '' ? operands : [url, name];
    },
  },
  del: {
    operands: [1, 1],
    tell: narration => {
      const { bucket, key } = object(narration);
      return tellAnswer(narration, [`Start to post request of delete ${bucket}:${key}`], ['delete']);
    },
  },
  mv: { operands: [2, 2], tell: narration => tellRelocation(narration, 'Move', 'move') },
  cp: { operands: [2, 2], tell: narration => tellRelocation(narration, 'Copy', 'copy') },
  setdeadline: {
    operands: [2, 2],
    tell: narration => {
      const { key } = object(narration);
      const days = parseDays(narration.context.operands[1] ?? '');
      return tellAnswer(narration, [`Set deadline of ${key} to ${days}`], ['setdeadline']);
    },
  },
  stat: {
    operands: [1, 1],
    tell: narration => {
      const { bucket, key } = object(narration);
      return tellAnswer(narration, [`Start to get the stat of ${bucket}:${key}`], ['stat']);
    },
  },
  put: {
    operands: [2, 2],
    tell: narration => {
      parseWcsUrl(narration.context.operands[0] ?? '');
      return tellAnswer(narration, [], ['upload', 'mkfile'], { text: true });
    },
  },
  multiput: { operands: [2, 2], tell: tellMultiput },
  deletePrefix: {
    operands: [2, 2],
    tell: async narration => {
      const lines = [
        `Request body is: ${await deletePrefixBody(narration.context)}`,
        'Start to execute opration: deletePrefix',
      ];
      return tellAnswer(narration, lines, ['fmgr deletePrefix']);
    },
  },
  fops: {
    operands: [2, 2],
    tell: narration => {
      object(narration);
      const lines = [`PersistentFops is ${narration.context.operands[1]}`, 'Start to post persistentFops'];
      return tellAnswer(narration, lines, ['fops']);
    },
  },
  fopsStatus: { operands: [1, 1], tell: narration => tellStatus(narration, 'fops status') },
  fmgrStatus: { operands: [1, 1], tell: narration => tellStatus(narration, 'fmgr status') },
  crc64: { operands: [1, 1], tell: tellChecksum },
  bucketstat: {
    operands: [1, 1],
    tell: narration => {
      const { operands, options } = narration.context;
      const { startDate, endDate } = statisticDays(options);
      const line = `Now check storage of ${operands[0]} from ${startDate} to ${endDate}`;
      return tellAnswer(narration, [line], ['bucket stat']);
    },
  },
};

function object({ context }: Narration): { bucket: string; key: string } {
  return parseObjectUrl(context.operands[0] ?? '');
}

function tellRelocation(narration: Narration, verb: string, operation: string): Narrator {
  const from = object(narration);
  const to = parseWcsUrl(narration.context.operands[1] ?? '');
  const line = `${verb} object ${from.key} from ${from.bucket} to ${to.bucket}:${to.key ?? from.key}`;
  return tellAnswer(narration, [line], [operation]);
}

function tellStatus(narration: Narration, operation: string): Narrator {
  const line = `Start to get status of persistentId: ${narration.context.operands[0]}`;
  return tellAnswer(narration, [line], [operation]);
}

function tellChecksum({ log, context }: Narration): Narrator {
  const [file = ''] = context.operands;
  return {
    done(result) {
      const { crc64 } = result as { crc64: string };
      log.debug('calculating suc.', pythonLiteral(JSON.stringify({ file, crc64Value: crc64 })));
    },
    failed: () => log.error('Calculating faile,Reasons for failure: file not found .'),
  };
}

/** The body as it is sent, which is what the official tool prints of it. */
async function deletePrefixBody({ config: { settings }, operands }: CommandContext): Promise<string> {
  const { urlSafeBase64Encode } = await import('@curve-wcs/etag');
  const [target = '', prefix = ''] = operands;
  const { output, notifyurl, separate, force } = settings;
  const folder = `bucket/${urlSafeBase64Encode(parseBucketUrl(target))}/prefix/${urlSafeBase64Encode(prefix)}`;
  return [
    `fops=${folder}${output ? `/output/${urlSafeBase64Encode(output)}` : ''}`,
    ...(notifyurl ? [`notifyURL=${urlSafeBase64Encode(notifyurl)}`] : []),
    ...(separate === '1' ? ['separate=1'] : []),
    ...(force === '1' ? ['force=1'] : []),
  ].join('&');
}
