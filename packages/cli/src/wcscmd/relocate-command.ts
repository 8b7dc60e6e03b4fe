import type { CommandContext } from './command.js';
import { openClient } from './open-client.js';
import { parseObjectUrl, parseWcsUrl } from './wcs-url.js';

/** Moves or copies an object; a target without a key keeps the key. */
export async function relocateObject(context: CommandContext, how: 'move' | 'copy'): Promise<void> {
  const { io, out, operands } = context;
  const from = parseObjectUrl(operands[0] ?? '');
  const to = parseWcsUrl(operands[1] ?? '');
  await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
  const { bucket, key, requestId } = await client[how]({ from, to, signal: io.signal });
  out.result(
    { from: `wcs://${from.bucket}/${from.key}`, to: `wcs://${bucket}/${key}`, 'request id': requestId },
    { from, to: { bucket, key }, requestId },
  );
}
