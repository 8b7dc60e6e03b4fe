import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { clearTimeout, setTimeout } from 'node:timers';
import { onAbort } from '../flow/on-abort.js';

/** Milliseconds for a connection: a server that runs is near. */
const CONNECTING = 3000;
/** MiB, more than any list of snapshots or tasks has. */
const LONGEST_ANSWER = 64;

/** One request to one server. */
export interface Exchange {
  /** `host:port`. */
  readonly address: string;
  /** Path and query, a character for each byte. */
  readonly target: string;
  /** Milliseconds for the whole answer once there is a connection; undefined for as long as it takes. */
  readonly patience: number | undefined;
  readonly signal: AbortSignal;
  /** Called when there is a connection: from then on the server may do what it is asked for. */
  readonly connected: () => void;
}

/** What the server answered. */
export interface Answer {
  readonly httpStatus: number;
  readonly body: string;
}

/** No whole answer came. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer';
  /** Whether there was a connection, so that the server may have done what it was asked for. */
  readonly reached: boolean;
  /** Whether it came, and is longer than any: it would be so again. */
  readonly tooLong: boolean;

  constructor(reached: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.reached = reached;
    this.tooLong = cause instanceof TooLong;
  }
}

class TooLong extends Error {}

/**
 * Sends a request once, on a connection of its own: one that was kept may end just when it is used, and nobody could tell
 * whether the request arrived.
 *
 * @throws LostAnswer
 */
export async function exchange({ address, target, patience, signal, connected }: Exchange): Promise<Answer> {
  const [host, port] = address.split(':');
  const over = new AbortController();
  const giveUp = (reason: unknown) => over.abort(reason);
  const stop = onAbort(signal, () => giveUp(signal.reason));
  let timer = setTimeout(() => giveUp(new Error('no connection in time')), CONNECTING);
  let reached = false;
  try {
    signal.throwIfAborted();
    const sent = request({ host, port, path: target, agent: false, signal: over.signal });
    // Also after its answer has begun.
    sent.on('error', () => {});
    sent.on('socket', socket =>
      socket.once('connect', () => {
        reached = true;
        connected();
        clearTimeout(timer);
        if (patience !== undefined)
          timer = setTimeout(() => giveUp(new Error('no whole answer in time')), patience);
      }),
    );
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { httpStatus: response.statusCode ?? 0, body: await wholeBody(response) };
  } catch (error) {
    throw new LostAnswer(reached, over.signal.aborted ? over.signal.reason : error);
  } finally {
    stop();
    clearTimeout(timer);
    over.abort();
  }
}

async function wholeBody(response: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response) {
    length += piece.length;
    if (length > LONGEST_ANSWER * 2 ** 20) throw new TooLong(`more than ${LONGEST_ANSWER} MiB came`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
