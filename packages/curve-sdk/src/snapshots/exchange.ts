import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** Milliseconds for a connection: a server that runs is near. */
const CONNECTING = 3000;
/** More bytes than any list of snapshots or tasks has. */
const LONGEST_ANSWER = 256 * 2 ** 20;

/** One request to one server. */
export interface Exchange {
  /** `host:port`. */
  readonly address: string;
  /** Path and query, a character for each byte. */
  readonly target: string;
  /** Milliseconds that the server may be silent; 0 for as long as it likes. */
  readonly silence: number;
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

  constructor(reached: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.reached = reached;
  }
}

/**
 * Sends a request once, on a connection of its own: one that was kept may end just when it is used, and nobody could tell
 * whether the request arrived.
 *
 * @throws LostAnswer
 */
export async function exchange(asked: Exchange): Promise<Answer> {
  let reached = false;
  try {
    const response = await answered(asked, () => {
      reached = true;
      asked.connected();
    });
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > LONGEST_ANSWER) throw new Error(`an answer of more than ${LONGEST_ANSWER} bytes`);
      pieces.push(piece);
    }
    return { httpStatus: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() };
  } catch (error) {
    throw new LostAnswer(reached, error);
  }
}

function answered(
  { address, target, silence, signal }: Exchange,
  connected: () => void,
): Promise<IncomingMessage> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(
      { host, port, path: target, agent: false, signal, timeout: CONNECTING },
      resolve,
    );
    sent.on('socket', socket =>
      socket.once('connect', () => {
        connected();
        socket.setTimeout(silence);
      }),
    );
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.end();
  });
}
