import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, createServer, type TlsOptions } from 'node:tls';
import { NbdError } from '../nbd-error.js';
import type { TlsPolicy } from './negotiate.js';

/** How clients and server know each other; as `qemu-nbd` and `nbdkit` have it. */
export interface NbdTlsOptions {
  /**
   * Folder with `server-cert.pem` and `server-key.pem`, and `ca-cert.pem` if clients are verified.
   *
   * @default none: there is `psk`
   */
  readonly certificates?: string | undefined;
  /**
   * Whether clients must show a certificate that `ca-cert.pem` vouches for.
   *
   * @default false
   */
  readonly verifyPeer?: boolean | undefined;
  /**
   * File of pre-shared keys: lines of `NAME:KEY`, the key in hexadecimal digits, as GnuTLS' psktool writes them.
   *
   * @default none: there are `certificates`
   */
  readonly psk?: string | undefined;
  /**
   * Whether clients may do without.
   *
   * @default false
   */
  readonly optional?: boolean | undefined;
}

/** Those that GnuTLS has too. TLS 1.3 does not know named keys of this kind in Node.js. */
const PSK_CIPHERS = [
  'ECDHE-PSK-CHACHA20-POLY1305',
  'DHE-PSK-AES256-GCM-SHA384',
  'DHE-PSK-AES128-GCM-SHA256',
  'PSK-AES256-GCM-SHA384',
  'PSK-AES128-GCM-SHA256',
].join(':');

/** @throws NbdError `TLS` if a file cannot be used */
export async function tlsPolicy(options: NbdTlsOptions, handshakeTimeout: number): Promise<TlsPolicy> {
  const { certificates, psk, optional = false } = options;
  if ((certificates === undefined) === (psk === undefined)) {
    throw new NbdError('INVALID_ARGUMENT', 'tls: either a folder of certificates or a file of keys');
  }
  const settings: TlsOptions = {
    handshakeTimeout,
    ...(psk === undefined
      ? await certificateOptions(certificates as string, options.verifyPeer ?? false)
      : await keyOptions(psk)),
  };
  return { required: !optional, upgrade: socket => upgrade(socket, settings) };
}

/** The server's side of a TLS handshake on a connection that is there. */
async function upgrade(socket: Socket, settings: TlsOptions): Promise<Socket> {
  const server = createServer({ ...settings, allowHalfOpen: true });
  const given = new AbortController();
  const { signal } = given;
  server.on('tlsClientError', error => socket.destroy(error));
  server.emit('connection', socket);
  try {
    const gone = once(socket, 'close', { signal }).then(() => {
      throw new Error('the client has gone during the TLS handshake');
    });
    const [secure] = await Promise.race([once(server, 'secureConnection', { signal }), gone]);
    return secure;
  } finally {
    given.abort();
  }
}

async function certificateOptions(folder: string, verifyPeer: boolean): Promise<TlsOptions> {
  const [cert, key, ca] = await Promise.all([
    read(join(folder, 'server-cert.pem')),
    read(join(folder, 'server-key.pem')),
    verifyPeer ? read(join(folder, 'ca-cert.pem')) : undefined,
  ]);
  const options: TlsOptions = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new NbdError('TLS', `tls: the certificate or key in ${folder} cannot be used: ${reason(error)}`, {
      cause: error,
    });
  }
  return options;
}

async function keyOptions(file: string): Promise<TlsOptions> {
  const keys = new Map<string, Buffer>();
  for (const [index, line] of (await read(file)).toString('utf8').split('\n').entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, name, key] = content.match(/^([^:]+):((?:[0-9a-f]{2})+)$/i) ?? [];
    if (name === undefined || key === undefined) {
      throw new NbdError(
        'TLS',
        `tls: ${file}, line ${index + 1}: not a name, a colon and hexadecimal digits`,
      );
    }
    keys.set(name, Buffer.from(key, 'hex'));
  }
  if (keys.size === 0) throw new NbdError('TLS', `tls: ${file} has no keys`);
  return {
    ciphers: PSK_CIPHERS,
    maxVersion: 'TLSv1.2',
    pskCallback: (_, identity) => keys.get(identity) ?? null,
    pskIdentityHint: 'nbd',
  };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new NbdError('TLS', `tls: ${path} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
