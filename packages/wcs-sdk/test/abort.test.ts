import { expect, it } from 'vitest';
import { untilAborted } from '../src/abort.js';

it('what fails after nobody waits for it any more fails in silence', async () => {
  const reason = new Error('enough');
  const late = () => new Promise<never>((_, reject) => setImmediate(reject, new Error('late')));
  await expect(untilAborted(late(), AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const waiting = untilAborted(late(), controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await new Promise(resolve => setTimeout(resolve, 20));
});
