import type { HttpSender, ResponseBody, StreamedResponse, WireRequest, WireResponse } from './transport.js';

/** An answer of the service, as {@link WcsClientOptions.onAnswer} gets it. */
export interface ServiceAnswer {
  /** What was asked for, such as `stat` or `mkblk`. */
  operation: string;
  /** Method of the request. */
  method: string;
  /** Address of the request. A download address that was signed has its token in its query. */
  url: string;
  /** HTTP status. */
  status: number;
  /** Headers in the order in which they came; names in lower case. */
  headers: Record<string, string>;
  /** The service's id of the request. */
  requestId?: string;
  /** The body; absent where it is the content of an object. */
  body?: Buffer;
}

/** A sender whose answers somebody looks at before anything is made of them. */
export function observedSender(sender: HttpSender, onAnswer: (answer: ServiceAnswer) => void): HttpSender {
  const tell = (request: WireRequest, answer: Omit<StreamedResponse, 'body'>, body?: Buffer) => {
    const { operation, method, url } = request;
    const { status, headers, requestId } = answer;
    onAnswer({
      operation,
      method,
      url,
      status,
      headers,
      ...(requestId === undefined ? {} : { requestId }),
      ...(body === undefined ? {} : { body }),
    });
  };
  return {
    async send(request): Promise<WireResponse> {
      const answer = await sender.send(request);
      tell(request, answer, answer.body);
      return answer;
    },
    async stream(request): Promise<StreamedResponse> {
      const answer = await sender.stream(request);
      if (answer.status < 300) {
        try {
          tell(request, answer);
        } catch (error) {
          await answer.body.return?.();
          throw error;
        }
        return answer;
      }
      const body = await start(answer.body);
      tell(request, answer, body);
      return { ...answer, body: replayed(body) };
    },
    withHeaders: headers => observedSender(sender.withHeaders(headers), onAnswer),
  };
}

/** What an answer that is no content says is short; of what is not, the start will do. */
const LONGEST = 64 * 1024;

async function start(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST) break;
  }
  return Buffer.concat(chunks);
}

/** A body that was read already. */
function replayed(content: Buffer): ResponseBody {
  async function* once() {
    yield content;
  }
  return Object.assign(once(), { whole: async () => content });
}
