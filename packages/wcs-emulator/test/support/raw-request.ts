import { connect } from 'node:net';

/** A request to be sent byte for byte, headers in their order. */
export interface RawRequest {
  method: string;
  target: string;
  headers: readonly (readonly [string, string])[];
  body?: Uint8Array;
}

export interface RawResponse {
  status: number;
  headers: Map<string, string>;
  body: Buffer;
}

/** Sends a request over a socket of its own. Rejects when the connection ends before the whole answer is there. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawResponse> {
  const socket = connect({ port, host: '127.0.0.1' });
  const head = [
    `${request.method} ${request.target} HTTP/1.1`,
    ...request.headers.map(pair => pair.join(': ')),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const body = request.body ?? new Uint8Array();
  const chunked = request.headers.some(
    ([name, value]) => /^transfer-encoding$/i.test(name) && value === 'chunked',
  );
  if (chunked) {
    if (body.length > 0) socket.write(`${body.length.toString(16)}\r\n`);
    socket.write(body);
    socket.write(body.length > 0 ? '\r\n0\r\n\r\n' : '0\r\n\r\n');
  } else {
    socket.write(body);
  }
  let received = Buffer.alloc(0);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      const response = parseResponse(received, request.method);
      if (response) return response;
    }
  } finally {
    socket.destroy();
  }
  throw new Error(`the connection ended after ${received.length} bytes of the answer`);
}

function parseResponse(bytes: Buffer, method: string): RawResponse | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  if (status === 100) return parseResponse(bytes.subarray(end + 4), method);
  const headers = new Map(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = method === 'HEAD' ? 0 : Number(headers.get('content-length') ?? 0);
  const body = bytes.subarray(end + 4);
  return body.length < length ? undefined : { status, headers, body: body.subarray(0, length) };
}
