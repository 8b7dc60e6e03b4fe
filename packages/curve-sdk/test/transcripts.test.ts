import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { vectors } from '@curve-wcs/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf } from '../src/conformance/client-conf.js';
import { CBDClient, UserInfo_t } from '../src/index.js';
import { replay, SHORT_WAITS } from './support/replay.js';
import { separateEmulator } from './support/separate-emulator.js';
import { SESSION_EMULATOR } from './support/session-emulator.js';
import { normalised, transcript } from './support/transcript.js';

/** In the order in which they were recorded, on one cluster: each finds what those before it left. */
const SESSIONS = ['api-api.txt', 'api-io.txt', 'api-del.txt'];

const COPYSETS = 12;
/** Deletions are looked at while they are under way: long enough for a slow machine. */
const DELETE_DELAY = 1000;

describe('recorded sessions of libcurve, line by line', () => {
  it('as synchronous calls', async () => {
    const { clientConfPath, rootPassword } = await separateEmulator();
    const config = { ...keysOf(clientConfPath), ...SHORT_WAITS };
    for (const name of SESSIONS) {
      const recorded = transcript(name);
      const printed = await replay(recorded, { config, rootPassword }, 'sync');
      expect(normalised(printed), name).toEqual(normalised(recorded));
    }
  });

  it('as promises', async () => {
    await using emulator = await startCurveEmulator(SESSION_EMULATOR);
    const config = { ...keysOf(emulator.clientConfPath), ...SHORT_WAITS };
    for (const name of SESSIONS) {
      const recorded = transcript(name);
      const printed = await replay(recorded, { config, rootPassword: emulator.rootPassword }, 'promise');
      expect(normalised(printed), name).toEqual(normalised(recorded));
    }
  });
});

describe('the calls of the recorded vectors', () => {
  let emulator: CurveEmulator;
  beforeAll(async () => {
    emulator = await startCurveEmulator({
      durability: 'fast',
      copysets: COPYSETS,
      deleteDelay: DELETE_DELAY,
    });
  });
  afterAll(() => emulator.close());

  it.each(vectorNames())('%s', async name => {
    const { api } = vectors<{ api: string[] }>(import.meta.url, name);
    // The background begins with all there is, so what earlier ones have deleted must be gone.
    if (api.some(line => line.startsWith('delforce'))) await delay(2 * DELETE_DELAY);
    const target = {
      config: { ...keysOf(emulator.clientConfPath), ...SHORT_WAITS },
      rootPassword: emulator.rootPassword,
      onComment: (comment: string) => act(emulator, comment),
    };
    const printed = await replay(api, target, 'promise');
    expect(normalised(printed)).toEqual(normalised(api));
  });
});

function vectorNames(): string[] {
  return readdirSync(new URL('./vectors/', import.meta.url))
    .filter(name => name.endsWith('.json'))
    .sort();
}

/** Does to the emulator what a comment says was done to the cluster. */
async function act(emulator: CurveEmulator, comment: string): Promise<void> {
  if (/leader of copyset|moved back/.test(comment)) {
    for (let copysetId = 1; copysetId <= COPYSETS; copysetId++) emulator.moveLeader({ copysetId });
  } else if (/killed and started again/.test(comment)) {
    await emulator.stopChunkserver(1);
    await emulator.startChunkserver(1);
  } else if (/killed/.test(comment)) {
    await emulator.stopChunkserver(2, { electionDelay: 200 });
  } else if (/started again/.test(comment)) {
    await emulator.startChunkserver(2);
  } else if (/until the entry is gone/.test(comment)) {
    await recycleBinEmpty(emulator);
  }
}

async function recycleBinEmpty({ clientConfPath, rootPassword }: CurveEmulator): Promise<void> {
  const client = new CBDClient();
  await client.InitAsync(clientConfPath);
  const root = new UserInfo_t('root', rootPassword);
  while ((await client.ListdirAsync('/RecycleBin', root)).some(name => name.startsWith('cap33-')))
    await delay(20);
  await client.UnInitAsync();
}
