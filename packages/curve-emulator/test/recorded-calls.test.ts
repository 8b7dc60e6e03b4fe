import type { Message } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CurveEmulator, startCurveEmulator } from '../src/index.js';
import { type FileInfo, StatusCode } from '../src/proto/nameserver2_pb.js';
import { type RecordedCall, recordings } from './support/recordings.js';
import { type Replayed, Replayer } from './support/replay.js';
import { shape } from './support/shape.js';

/** How many calls the recordings have, by what is done with them: all are sent. */
const expected = {
  compared: 1334,
  /** Of GetLeader to several members the client takes the first answer and cancels the others: no more is known. */
  unanswered: 16,
};

const counted = { compared: 0, unanswered: 0 };
let emulator: CurveEmulator;
let replayer: Replayer;
let now = 0;

beforeAll(async () => {
  // The deletion in the background must not overtake the calls that look at it.
  emulator = await startCurveEmulator({ durability: 'fast', clock: () => now, deleteDelay: 3000 });
  replayer = new Replayer(emulator, ms => {
    now = ms;
  });
});

afterAll(async () => {
  await replayer.close();
  await emulator.close();
});

function statusOf(message: Message | undefined): StatusCode | undefined {
  return (message as { statusCode?: StatusCode } | undefined)?.statusCode;
}

/** An entry under deletion vanishes some time later: the recorded client too asked until it had. */
async function replayUntilGone(call: RecordedCall): Promise<Replayed> {
  let replayed = await replayer.replay(call);
  const gone = call.method === 'GetFileInfo' && statusOf(replayed.recorded) === StatusCode.kFileNotExists;
  if (!gone) return replayed;
  await expect
    .poll(async () => {
      replayed = await replayer.replay(call);
      return statusOf(replayed.ours);
    })
    .toBe(StatusCode.kFileNotExists);
  return replayed;
}

/** The recorded recycle bin held files of an earlier life of the cluster; those of the scenario are compared. */
function ofScenario(message: Message): Message {
  const { fileInfo } = message as { fileInfo?: FileInfo | FileInfo[] };
  if (!Array.isArray(fileInfo) || fileInfo[0]?.parentId !== 1n) return message;
  const entries = fileInfo.filter(({ fileName }) => fileName.startsWith('cap33-'));
  expect(entries).toHaveLength(1);
  return Object.assign(message, { fileInfo: entries });
}

describe.sequential('every recorded call gets an answer of the recorded kind', () => {
  test.each(recordings)('$name', async ({ calls }) => {
    for (const [index, call] of calls.entries()) {
      const { output, recorded, ours, reply } = await replayUntilGone(call);
      const what = `call ${index}, ${call.method}`;
      expect(reply.errorCode, what).toBe(0);
      if (!recorded) {
        expect(call.method, what).toBe('GetLeader');
        counted.unanswered += 1;
        continue;
      }
      expect(shape(output, ofScenario(ours)), what).toEqual(shape(output, ofScenario(recorded)));
      expect(reply.attachment.length, what).toBe(call.response?.attachment?.length ?? 0);
      counted.compared += 1;
    }
  });

  test('none was left out', () => {
    expect(counted).toEqual(expected);
    const total = recordings.reduce((sum, { calls }) => sum + calls.length, 0);
    expect(expected.compared + expected.unanswered).toBe(total);
  });
});
