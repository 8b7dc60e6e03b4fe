import { describe, expect, it, onTestFinished } from 'vitest';
import { ThreadPool } from '../src/workers/thread-pool.js';

const newJob = () => ({ kind: 'buffer', data: new Uint8Array(1), wanted: { crc32: true } }) as const;

function poolRunning(program: string): ThreadPool {
  const pool = new ThreadPool(1, program);
  onTestFinished(() => pool.close());
  return pool;
}

describe('a worker thread', () => {
  it('that ends at its work fails it, every time, with the exit code', async () => {
    const pool = poolRunning("require('worker_threads').parentPort.on('message', () => process.exit(3))");
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(pool.run(newJob())).rejects.toMatchObject({
        code: 'WORKER_FAILED',
        message: expect.stringContaining('code 3'),
      });
    }
  });

  it('that cannot start fails the work with its exception as the cause', async () => {
    const pool = poolRunning("throw new Error('no luck')");
    const results = await Promise.allSettled([pool.run(newJob()), pool.run(newJob())]);
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'WORKER_FAILED', cause: { message: 'no luck' } },
      });
    }
  });

  it('passes on an error of the file system with its code', async () => {
    const pool = new ThreadPool(1);
    onTestFinished(() => pool.close());
    const wanted = { sha1: true };
    const closed = { kind: 'file', descriptor: 2 ** 20, start: 0, length: 1, blockSize: 1, wanted } as const;
    await expect(pool.run(closed)).rejects.toMatchObject({ code: 'EBADF', syscall: 'read' });
  });
});
