import { describe, expect, test } from 'vitest';
import type { WcsEmulatorOptions } from '../src/index.js';
import { startEmulator } from './support/start.js';
import { uploadToken } from './support/tokens.js';

const DEV_SERVER = 'http://localhost:5173';
const ELSEWHERE = 'https://app.example.com';

async function preflight(path: string, origin: string, options: WcsEmulatorOptions = {}) {
  const { emulator } = await startEmulator(options);
  return fetch(`${emulator.url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,uploadbatch',
    },
  });
}

describe('a browser that asks whether a page of another origin may', () => {
  test.each([
    '/mkblk/4194304/0',
    '/bput/ctx/4',
    '/mkfile/5',
    '/file/upload',
    '/append/0',
    '/list',
    '/-/b1/key',
  ])('send to %s hears that one of this machine may', async path => {
    for (const origin of [DEV_SERVER, 'http://127.0.0.1:8080', 'http://[::1]:1', 'https://app.localhost']) {
      const { status, headers } = await preflight(path, origin);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-methods')).toContain('POST');
      expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type,uploadbatch');
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  test.each(['https://app.example.com', 'http://localhost.example.com', 'http://10.0.0.1', 'null'])(
    'is refused for %s, unless that is allowed',
    async origin => {
      const refused = await preflight('/mkblk/4194304/0', origin);
      expect(refused.status).toBe(403);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
      for (const corsOrigins of [[origin], 'any'] as const) {
        if (origin === 'null' && corsOrigins !== 'any') continue;
        const allowed = await preflight('/mkblk/4194304/0', origin, { corsOrigins });
        expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
      }
    },
  );

  test.each(['/-/control/faults', '/-/control/sign', '/-/control/'])('never hears yes for %s', async path => {
    const { status, headers } = await preflight(path, DEV_SERVER, { corsOrigins: 'any' });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('an answer', () => {
  test('may be read by pages of this machine, refusals too, and by no others', async () => {
    const { emulator } = await startEmulator();
    const upload = async (origin: string, key: string) => {
      const body = new FormData();
      body.set('token', uploadToken(emulator, { scope: `b1:${key}`, deadline: Date.now() + 60_000 }));
      body.set('file', new Blob(['x']), 'x');
      return fetch(`${emulator.url}/file/upload`, { method: 'POST', body, headers: { origin } });
    };
    for (const status of [200, 406]) {
      const answer = await upload(DEV_SERVER, 'a');
      expect(answer.status).toBe(status);
      expect(answer.headers.get('access-control-allow-origin')).toBe(DEV_SERVER);
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/X-Reqid/);
    }
    expect((await upload(ELSEWHERE, 'b')).headers.get('access-control-allow-origin')).toBeNull();
    const plain = await fetch(emulator.downloadUrl('b1', 'a'));
    expect(plain.headers.get('access-control-allow-origin')).toBeNull();
    expect(plain.headers.get('vary')).toBeNull();
  });

  test('of what steers the emulator stays closed to other pages', async () => {
    const { emulator } = await startEmulator({ corsOrigins: 'any' });
    const { status, headers } = await fetch(`${emulator.url}/-/control/status`, {
      headers: { origin: DEV_SERVER },
    });
    expect(status).toBe(403);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
