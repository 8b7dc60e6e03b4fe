import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSignedCertificate, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { serveNbd } from '../src/index.js';
import { MemoryExport } from './support/memory-export.js';
import { NbdClient } from './support/nbd-client.js';
import { serve } from './support/serve.js';

const TLS_REQUIRED = 0x80000005;
const INVALID = 0x80000003;

/** A folder as qemu and nbdkit have it, in which the server's certificate vouches for itself. */
function certificates() {
  const folder = temporaryFolder();
  const own = selfSignedCertificate();
  writeFileSync(join(folder, 'server-cert.pem'), own.cert);
  writeFileSync(join(folder, 'server-key.pem'), own.key);
  const client = selfSignedCertificate();
  writeFileSync(join(folder, 'ca-cert.pem'), client.cert);
  return { folder, ca: own.cert, client };
}

function keys(content = 'alice:00112233445566778899aabbccddeeff\n') {
  const file = join(temporaryFolder(), 'keys.psk');
  writeFileSync(file, content);
  return file;
}

describe('with certificates', () => {
  it('everything is encrypted, and goes on as without', async () => {
    const { folder, ca } = certificates();
    const { address, server } = await serve({ tls: { certificates: folder } });
    expect(server.uris[0]).toMatch(/^nbds:/);
    const client = await NbdClient.greeted(address);
    await client.startTls({ ca, servername: 'localhost' });
    expect(await client.list()).toHaveLength(1);
    expect(await client.option(5)).toMatchObject([{ type: INVALID }]);
    await client.agreeOnStructuredReplies();
    await client.go('disk');
    const data = Buffer.alloc(300_000, 'x');
    expect((await client.write(5, data)).error).toBe(0);
    expect((await client.read(5, data.length)).data.equals(data)).toBe(true);
    client.disconnect();
    await client.closed();
  });

  it('nothing is told to who does not begin TLS', async () => {
    const { folder } = certificates();
    const { address } = await serve({ tls: { certificates: folder } });
    const client = await NbdClient.greeted(address);
    for (const option of [3, 6, 7, 8, 9, 10, 999]) {
      expect(await client.option(option)).toMatchObject([{ type: TLS_REQUIRED }]);
    }
    await expect(client.exportName('disk')).rejects.toThrow('closed');
  });

  it('what was agreed on before does not count after', async () => {
    const { folder, ca } = certificates();
    const { address } = await serve({ tls: { certificates: folder, optional: true } });
    const client = await NbdClient.greeted(address);
    await client.agreeOnStructuredReplies();
    await client.metaContexts('disk', ['base:allocation'], 10);
    await client.startTls({ ca, servername: 'localhost' });
    expect(await client.metaContexts('disk', ['base:allocation'], 10)).toMatchObject([{ type: INVALID }]);
    await client.go('disk');
    expect(await client.read(0, 4096)).toMatchObject({ error: 0, chunks: 0 });
  });

  it('clients that may do without can', async () => {
    const { folder } = certificates();
    const { address } = await serve({ tls: { certificates: folder, optional: true } });
    const client = await NbdClient.to(address, 'disk');
    expect((await client.read(0, 4096)).error).toBe(0);
  });

  it('clients are verified where that is asked for', async () => {
    const { folder, ca, client: own } = certificates();
    const { address } = await serve({ tls: { certificates: folder, verifyPeer: true } });
    const known = await NbdClient.greeted(address);
    await known.startTls({ ca, servername: 'localhost', ...own });
    expect(await known.list()).toHaveLength(1);
    const stranger = await NbdClient.greeted(address);
    // In TLS 1.3 a client hears of its refusal only after its side of the handshake.
    const listing = stranger
      .startTls({ ca, servername: 'localhost', ...selfSignedCertificate() })
      .then(() => stranger.list());
    await expect(listing).rejects.toThrow();
  });

  it('bytes that came before TLS are not taken for what came after', async () => {
    const { folder } = certificates();
    const { address, problems } = await serve({ tls: { certificates: folder } });
    const client = await NbdClient.greeted(address);
    const option = (number: number) =>
      Buffer.concat([Buffer.from('IHAVEOPT'), Buffer.from([0, 0, 0, number, 0, 0, 0, 0])]);
    client.socket.write(Buffer.concat([option(5), option(3)]));
    await client.closed();
    expect(problems).toMatchObject([{ message: 'a client was cut off: bytes came before TLS began' }]);
  });

  it('a client that does not speak TLS after all is cut off, and others are not', async () => {
    const { folder, ca } = certificates();
    const { address } = await serve({ tls: { certificates: folder } });
    const client = await NbdClient.greeted(address);
    expect(await client.option(5)).toMatchObject([{ type: 1 }]);
    client.socket.write(Buffer.alloc(1000, 'x'));
    await client.closed();
    const other = await NbdClient.greeted(address);
    await other.startTls({ ca, servername: 'localhost' });
    expect(await other.list()).toHaveLength(1);
  });
});

describe('with keys shared before', () => {
  const psk = (identity: string, key: string) => ({
    ciphers: 'PSK-AES128-GCM-SHA256',
    maxVersion: 'TLSv1.2' as const,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity, psk: Buffer.from(key, 'hex') }),
  });

  it('who knows one gets in, who does not is cut off', async () => {
    const { address } = await serve({ tls: { psk: keys() } });
    const client = await NbdClient.greeted(address);
    await client.startTls(psk('alice', '00112233445566778899aabbccddeeff'));
    await client.go('disk');
    expect((await client.read(0, 4096)).error).toBe(0);
    for (const [identity, key] of [
      ['alice', '00'.repeat(16)],
      ['bob', '00112233445566778899aabbccddeeff'],
    ] as const) {
      const stranger = await NbdClient.greeted(address);
      const [reply] = await stranger.option(5);
      expect(reply?.type).toBe(1);
      stranger.socket.removeAllListeners('data');
      const { connect } = await import('node:tls');
      const refused = new Promise((_, reject) => {
        connect({ ...psk(identity, key), socket: stranger.socket }).on('error', reject);
      });
      await expect(refused).rejects.toThrow();
    }
  });
});

describe('settings', () => {
  const start = (tls: object) => serveNbd({ exports: [new MemoryExport()], listen: { port: 0 }, tls });

  it.each([
    ['neither', {}, 'INVALID_ARGUMENT'],
    ['both', { certificates: '/x', psk: '/x' }, 'INVALID_ARGUMENT'],
    ['a folder that is not there', { certificates: '/nowhere' }, 'TLS'],
    ['a file that is not there', { psk: '/nowhere' }, 'TLS'],
  ])('%s are refused', async (_, tls, code) => {
    await expect(start(tls)).rejects.toMatchObject({ name: 'NbdError', code });
  });

  it('files that are no certificates or keys are refused, without a word of what is in them', async () => {
    const { folder } = certificates();
    writeFileSync(join(folder, 'server-key.pem'), selfSignedCertificate().key);
    await expect(start({ certificates: folder })).rejects.toMatchObject({ code: 'TLS' });
    await expect(start({ psk: keys('alice:secret-no-hex') })).rejects.toThrow(
      /line 1: not a name, a colon and hexadecimal digits$/,
    );
    await expect(start({ psk: keys('# nothing\n') })).rejects.toThrow(/has no keys/);
  });
});
