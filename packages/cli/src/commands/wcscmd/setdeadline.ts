import { usageError } from '../../cli-error.js';
import { pythonIntegerLiteral } from '../../python/python-integer.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseObjectUrl } from '../../wcscmd/wcs-url.js';

export const setdeadline: WcscmdCommand = {
  name: 'setdeadline',
  usage: 'wcs://BUCKET/KEY DAYS',
  minimum: 2,
  maximum: 2,
  summary: 'set for how many days an object is kept',
  details: `DAYS count from now; 0 removes the object as soon as possible, -1 keeps it for ever. With --relevance the .ts
files of an .m3u8 are kept as long.
`,
  async run(context) {
    const { io, out, options, operands } = context;
    const object = parseObjectUrl(operands[0] ?? '');
    const days = parseDays(operands[1] ?? '');
    const relevance = options.has('relevance') ? { relevance: true } : {};
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const { requestId } = await client.setDeadline({ ...object, days, ...relevance, signal: io.signal });
    out.result(
      { bucket: object.bucket, key: object.key, days, 'request id': requestId },
      { ...object, days, ...relevance, requestId },
    );
  },
};

/**
 * A number as Python reads it. It may stand in quotes: without them the official tool takes -1 for an option, so scripts
 * have them.
 */
export function parseDays(text: string): number {
  const days = pythonIntegerLiteral(text.replace(/^(["'])(.*)\1$/, '$2'));
  if (days !== undefined && days >= -1 && days < 1e9) return days;
  throw usageError(`DAYS must be a whole number, or -1 for ever; it is ${JSON.stringify(text)}`);
}
