import { createClient } from '@curve-wcs/curve-native';
import { CBDClient, CurveClient, UserInfo_t } from '@curve-wcs/curve-sdk';
import type { Workload } from './workload.js';

/** An open volume, whichever client opened it. Each fills or sends the buffer it is given. */
export interface OpenVolume {
  read(offset: number, buffer: Uint8Array): Promise<unknown>;
  write(offset: number, buffer: Uint8Array): Promise<unknown>;
  close(): Promise<void>;
}

/** Makes one call at a time. */
const SYNCHRONOUS = 'CBDClient, synchronous';

/** Whether a client can do a workload. */
export const suits = (client: string, { depth }: Workload): boolean => client !== SYNCHRONOUS || depth === 1;

/** The clients that are measured, as people use them: the built packages. */
export const CLIENTS: Readonly<Record<string, (mdsAddress: string) => Promise<OpenVolume>>> = {
  CurveClient: async mdsAddress => {
    const curve = await CurveClient.connect({ 'mds.listen.addr': mdsAddress }, { user: 'bench' });
    const volume = await curve.open('/bench');
    return {
      read: (offset, buffer) => volume.read({ offset, buffer }),
      write: (offset, buffer) => volume.write(buffer, { offset }),
      close: () => curve.close(),
    };
  },
  CBDClient: async mdsAddress => {
    const cbd = new CBDClient();
    await cbd.InitAsync({ 'mds.listen.addr': mdsAddress });
    const fd = await cbd.OpenAsync('/bench', new UserInfo_t('bench'));
    return {
      read: (offset, buffer) => cbd.ReadAsync(fd, buffer, offset, buffer.length),
      write: (offset, buffer) => cbd.WriteAsync(fd, buffer, offset, buffer.length),
      close: () => cbd.UnInitAsync(),
    };
  },
  [SYNCHRONOUS]: async mdsAddress => {
    const cbd = new CBDClient();
    cbd.Init({ 'mds.listen.addr': mdsAddress });
    const fd = cbd.Open('/bench', new UserInfo_t('bench'));
    return {
      read: async (offset, buffer) => cbd.Read(fd, buffer, offset, buffer.length),
      write: async (offset, buffer) => cbd.Write(fd, buffer, offset, buffer.length),
      close: async () => cbd.UnInit(),
    };
  },
  'curve-native': async mdsAddress => {
    const client = createClient({ 'mds.listen.addr': mdsAddress });
    const fd = await client.open('/bench', { owner: 'bench' });
    return {
      read: (offset, buffer) => client.read(fd, offset, buffer),
      write: (offset, buffer) => client.write(fd, offset, buffer),
      close: () => client.uninit(),
    };
  },
};
