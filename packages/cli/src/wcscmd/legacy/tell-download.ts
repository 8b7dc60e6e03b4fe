import type { ServiceAnswer } from '@curve-wcs/wcs-sdk';
import { usageError } from '../../cli-error.js';
import { isWcsUrl } from '../wcs-url.js';
import type { Narration, Narrator } from './narrator.js';
import { OfficialFailure } from './official-failure.js';
import { bodyText, headersLiteral, systemError } from './python-result.js';

/** Tells of `get`. */
export function tellDownload({ log, context }: Narration): Narrator {
  if (context.operands.length === 0) {
    const missing = usageError('not enough arguments for get');
    throw new OfficialFailure(missing, 'Download Fail:list index out of range', 'error lineno:118');
  }
  let first: ServiceAnswer | undefined;
  let refused: ServiceAnswer | undefined;
  const tellHead = (answer: ServiceAnswer) => log.debug(`return headers:${headersLiteral(answer)}`);
  const tellSuccess = (answer: ServiceAnswer) => {
    log.debug('Download suc.');
    tellHead(answer);
  };
  return {
    answered(answer) {
      if (answer.operation !== 'download') return;
      if (answer.status < 300) first ??= answer;
      else refused = answer;
    },
    done(result) {
      const { file } = result as { file: string };
      if (first) tellSuccess(first);
      log.debug(`File saved successfully,File:[${file}]`);
    },
    failed(error) {
      const { name, cause, message } = error as Error;
      const code = name === 'WcsError' ? (error as { code?: string }).code : undefined;
      if (code === 'TARGET_FAILED' && cause instanceof Error) {
        if (first) tellSuccess(first);
        const path = `${context.io.cwd}/${context.operands[1] ?? ''}`;
        log.error(`Create local file fail for ${systemError(cause, path)}`);
        return;
      }
      if (refused) tellHead(refused);
      log.error(`Download Fail:${refused ? bodyText(refused) : message}`);
    },
  };
}

/**
 * How the official tool calls what it downloads: after the last segment of the URL, or where that has a query after
 * all segments, folders and all. The name never leads out of the folder here.
 */
export function downloadName(url: string): string {
  if (isWcsUrl(url)) return '';
  const [address = '', query] = decoded(url).split(/\?(.*)/s);
  const segments = address.replace(/^[a-z]+:\/\/[^/]*\//i, '').split('/');
  const whole = query !== undefined && !segments.includes('..') && segments[0] !== '';
  const name = whole ? segments.join('/') : (segments.at(-1) ?? '');
  return name === '.' || name === '..' || name.includes('\0') ? '' : name;
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    // Not every percent sign begins an escape.
    return url;
  }
}
