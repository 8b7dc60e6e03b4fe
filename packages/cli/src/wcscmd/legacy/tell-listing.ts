import { resolve } from 'node:path';
import type { ServiceAnswer } from '@curve-wcs/wcs-sdk';
import { usageError } from '../../cli-error.js';
import { pythonLiteral } from '../../python/python-literal.js';
import { settingProblem } from '../setting-rules.js';
import { parseBucketUrl } from '../wcs-url.js';
import type { Narration, Narrator } from './narrator.js';
import { OfficialFailure } from './official-failure.js';
import { bodyLiteral, systemError } from './python-result.js';

/** Tells of `list` and `listall`: what is asked for, for each page, then where the result is. */
export async function tellListing({ log, context, name }: Narration): Promise<Narrator> {
  const { urlSafeBase64Encode } = await import('@curve-wcs/etag');
  const { settings } = context.config;
  const bucket = parseBucketUrl(context.operands[0] ?? '');
  let last: ServiceAnswer | undefined;
  const tellPage = (marker: string) => {
    const { limit, prefix, mode } = settings;
    const options = {
      bucket,
      ...(marker ? { marker } : {}),
      ...(limit === '0' ? {} : { limit: Number(limit) }),
      ...(prefix ? { prefix: urlSafeBase64Encode(prefix) } : {}),
      ...(mode === '0' || mode === '1' ? { mode: Number(mode) } : {}),
    };
    log.debug(`List options is ${pythonLiteral(JSON.stringify(options))}`, `List bucket ${bucket}`);
  };
  if (settingProblem('limit', settings.limit) !== undefined) {
    const wrong = usageError('limit must be 1 to 1000');
    throw new OfficialFailure(wrong, 'Invalid limit ! Please redefine limit', 'Invalid limit');
  }
  tellPage(settings.marker);
  return {
    answered(answer) {
      if (answer.operation !== 'list') return;
      last = answer;
      const marker = answer.status < 300 ? markerOf(answer) : '';
      if (name === 'listall' && marker !== '') tellPage(marker);
    },
    done(result) {
      const { file } = result as { file: string };
      log.debug(`Request result saved to ${file}`, `Request ID is: ${last?.requestId ?? ''}`);
    },
    failed(error) {
      const { cause } = error as Error;
      if (cause instanceof Error && 'syscall' in cause) {
        const path = resolve(context.io.cwd, context.operands[1] ?? '');
        log.error(`Save Fail,${systemError(cause as NodeJS.ErrnoException, path)}`);
        return;
      }
      const said = last && last.status >= 300 ? bodyLiteral(last) : (error as Error).message;
      log.debug(`error-message:${said}`);
      log.error(`Request fail, more detail please pay attention to reqid: ${last?.requestId ?? ''} `);
    },
  };
}

function markerOf({ body }: ServiceAnswer): string {
  try {
    const { marker } = JSON.parse(String(body)) as { marker?: string };
    return marker ?? '';
  } catch {
    return '';
  }
}
