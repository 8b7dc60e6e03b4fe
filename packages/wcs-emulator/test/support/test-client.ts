import { b64u, managementToken, uploadToken } from './tokens.js';

/** What a test needs to know of an emulator. */
export interface Server {
  url: string;
  accessKey: string;
  secretKey: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface ChunkAnswer {
  ctx: string;
  checksum: string;
  crc32: number;
  offset: number;
}

/** What a job's status answer tells. */
export interface JobStatus {
  id: string;
  code: number;
  desc: string;
  separate: number;
  items: {
    cmd: string;
    code: number;
    desc: string;
    error: string | null;
    hash: string;
    fsize: number;
    key: string;
    url: string;
  }[];
}

export interface ListAnswer {
  marker: string;
  commonPrefixes: string[];
  items: {
    key: string;
    fsize: number;
    hash: string;
    putTime: number;
    mimeType: string;
    expirationDate: string;
  }[];
}

/** The plainest client that speaks the protocol, so that tests say what they mean and nothing else. */
export class TestClient {
  readonly #server: Server;
  readonly bucket: string;

  constructor(server: Server, bucket = 'b1') {
    this.#server = server;
    this.bucket = bucket;
  }

  token(policy: Record<string, unknown> = {}): string {
    return uploadToken(this.#server, { scope: this.bucket, ...policy });
  }

  /** Fields before the file, in their order. */
  async upload(
    key: string,
    data: string | Uint8Array,
    options: { policy?: Record<string, unknown>; fields?: Record<string, string> } = {},
  ): Promise<Answer> {
    return this.send('POST', '/file/upload', { body: this.#form(key, data, options) });
  }

  async append(
    key: string,
    position: number | string,
    data: string | Uint8Array,
    options: { policy?: Record<string, unknown>; fields?: Record<string, string> } = {},
  ): Promise<Answer> {
    return this.send('POST', `/append/${position}`, { body: this.#form(key, data, options) });
  }

  #form(
    key: string,
    data: string | Uint8Array,
    { policy, fields = {} }: { policy?: Record<string, unknown>; fields?: Record<string, string> },
  ): FormData {
    const form = new FormData();
    form.set('token', this.token({ scope: `${this.bucket}:${key}`, ...policy }));
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([data as Uint8Array<ArrayBuffer>]), 'local name.bin');
    return form;
  }

  async makeBlock(
    size: number,
    index: number,
    chunk: Uint8Array,
    policy: Record<string, unknown> = {},
  ): Promise<Answer> {
    return this.send('POST', `/mkblk/${size}/${index}`, { body: chunk, token: this.token(policy) });
  }

  async putChunk(
    ctx: string,
    offset: number,
    chunk: Uint8Array,
    policy: Record<string, unknown> = {},
  ): Promise<Answer> {
    return this.send('POST', `/bput/${ctx}/${offset}`, { body: chunk, token: this.token(policy) });
  }

  async makeFile(
    path: string,
    contexts: readonly string[],
    {
      policy = {},
      headers = {},
    }: { policy?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    return this.send('POST', `/mkfile/${path}`, {
      body: contexts.join(','),
      token: this.token(policy),
      headers,
    });
  }

  /** Uploads whole blocks one after the other; gives their contexts. */
  async makeBlocks(data: Uint8Array, blockSize = 4 << 20): Promise<string[]> {
    const contexts: string[] = [];
    for (let index = 0; index * blockSize < data.length; index++) {
      const block = data.subarray(index * blockSize, (index + 1) * blockSize);
      const answer = await this.makeBlock(block.length, index, block);
      if (answer.status !== 200) throw new Error(`mkblk: ${answer.status} ${answer.text}`);
      contexts.push(chunkAnswer(answer).ctx);
    }
    return contexts;
  }

  async stat(key: string): Promise<Answer> {
    return this.manage('GET', `/stat/${this.entry(key)}`);
  }

  async delete(key: string): Promise<Answer> {
    return this.manage('POST', `/delete/${this.entry(key)}`);
  }

  async list(query: Record<string, string | number> = {}): Promise<ListAnswer> {
    const parameters = Object.entries({ bucket: this.bucket, ...query }).map(pair => pair.join('='));
    const { status, text } = await this.manage('GET', `/list?${parameters.join('&')}`);
    if (status !== 200) throw new Error(`list: ${status} ${text}`);
    return JSON.parse(text) as ListAnswer;
  }

  async move(from: string, to: string): Promise<Answer> {
    return this.manage('POST', `/move/${this.entry(from)}/${this.entry(to)}`);
  }

  async copy(from: string, to: string): Promise<Answer> {
    return this.manage('POST', `/copy/${this.entry(from)}/${this.entry(to)}`);
  }

  async setDeadline(key: string, deadline: number, rest = ''): Promise<Answer> {
    const body = `bucket=${b64u(this.bucket)}&key=${b64u(key)}&deadline=${deadline}${rest}`;
    return this.manage('POST', '/setdeadline', body);
  }

  /** Submits a job that manages objects; its id. */
  async submit(operation: string, fops: string, rest = ''): Promise<string> {
    const { status, text } = await this.manage('POST', `/fmgr/${operation}`, `fops=${fops}${rest}`);
    if (status !== 200) throw new Error(`fmgr/${operation}: ${status} ${text}`);
    return JSON.parse(text).persistentId;
  }

  async jobStatus(id: string): Promise<JobStatus> {
    const { status, text } = await this.send('GET', `/fmgr/status?persistentId=${id}`);
    if (status !== 200) throw new Error(`fmgr/status: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** Waits until all commands of a job are over, or until its notification is. */
  async finished(id: string, { notified = false } = {}): Promise<JobStatus> {
    for (;;) {
      const job = await this.jobStatus(id);
      if (notified ? job.code >= 5 : job.code >= 3) return job;
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  }

  /** Submits a job that manages objects, and waits until all its commands are over. */
  async run(operation: string, fops: string, rest = ''): Promise<JobStatus> {
    return this.finished(await this.submit(operation, fops, rest));
  }

  /** The bytes of an object, which must be there. */
  async download(key: string): Promise<Buffer> {
    const path = [this.bucket, ...key.split('/')].map(encodeURIComponent).join('/');
    const response = await fetch(`${this.#server.url}/-/${path}`);
    if (response.status !== 200) throw new Error(`download: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** An object of the client's bucket; `bucket:key` names one of another. */
  entry(name: string): string {
    return b64u(name.includes(':') ? name : `${this.bucket}:${name}`);
  }

  async manage(method: string, target: string, body?: string): Promise<Answer> {
    const token = managementToken(this.#server, target, body);
    return this.send(method, target, { token, ...(body !== undefined && { body }) });
  }

  async send(
    method: string,
    target: string,
    {
      token,
      body,
      headers = {},
    }: { token?: string; body?: string | Uint8Array | FormData; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(this.#server.url + target, {
      method,
      headers: { ...(token !== undefined && { Authorization: token }), ...headers },
      ...(body !== undefined && { body: body as Uint8Array<ArrayBuffer> | string | FormData }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

/** The JSON of an answer to mkblk or bput. */
export function chunkAnswer(answer: Answer): ChunkAnswer {
  return JSON.parse(answer.text) as ChunkAnswer;
}

/** The text of an answer to a form upload. */
export function decoded(answer: Answer): string {
  return Buffer.from(answer.text, 'base64url').toString();
}
