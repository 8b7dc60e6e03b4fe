import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { wholePage } from './page.js';
import { vars } from './vars.js';

/** How a server that is one of several is doing. */
export interface Member {
  /** `ip:port` of its service. */
  readonly address: string;
  /**
   * `leads`: it does the work; `standsBy`: another one does; `silent`: an MDS that does not answer at its service's port,
   * because it stands by or does not run, which its dummy port would tell; `offline`: it does not answer.
   */
  readonly state: 'leads' | 'standsBy' | 'silent' | 'offline';
  /** What it was built as, where it said so. */
  readonly version?: string;
  /** Why it is offline. */
  readonly error?: string;
}

/** What there is to ask of the servers beside the chunkservers. */
export interface MemberOptions {
  /**
   * The dummy ports of the MDSs, in the order of `mds.listen.addr`, or the one that all have (tools.conf: `mdsDummyPort`).
   * With them an MDS that stands by is told from one that does not run.
   *
   * @default none
   */
  readonly mdsDummyPorts?: number | readonly number[] | undefined;
  /** Where etcd is, as `ip:port`; it is left out without. @default none */
  readonly etcd?: readonly string[] | undefined;
  /** Where the snapshot-clone servers are, as `ip:port`; they are left out without. @default none */
  readonly snapshotClone?: readonly string[] | undefined;
}

export async function mdsMembers(
  connection: Connection,
  course: Course,
  ports: number | readonly number[] | undefined,
  patience: number,
): Promise<Member[]> {
  const port = (index: number) => (typeof ports === 'number' ? ports : ports?.[index]);
  const ask = async (address: string, index: number): Promise<Member> => {
    const names = ['mds_status', 'curve_version'];
    const dummy = port(index);
    const at = dummy === undefined ? address : `${address.split(':')[0]}:${dummy}`;
    return member(course, address, async () => {
      const told = await vars(course, { address: at, patience }, names);
      const version = told.get('curve_version');
      const state = told.get('mds_status') === 'leader' ? 'leads' : 'standsBy';
      return { address, state, ...(version !== undefined && { version }) };
    });
  };
  const found = await Promise.all(connection.native.mdsAddresses().map(ask));
  return found.map((one, index) =>
    one.state === 'offline' && port(index) === undefined ? { ...one, state: 'silent' } : one,
  );
}

export function etcdMembers(
  course: Course,
  addresses: readonly string[],
  patience: number,
): Promise<Member[]> {
  const ask = (address: string) =>
    member(course, address, async () => {
      const text = await wholePage(course, { address, path: '/v3/maintenance/status', post: '{}', patience });
      const { header, leader, version } = JSON.parse(text);
      return { address, state: leader === header.member_id ? 'leads' : 'standsBy', version };
    });
  return Promise.all(addresses.map(ask));
}

export function snapshotMembers(
  course: Course,
  addresses: readonly string[],
  patience: number,
): Promise<Member[]> {
  const ask = (address: string) =>
    member(course, address, async () => {
      const names = ['snapshotcloneserver_status', 'curve_version'];
      const told = await vars(course, { address, patience }, names);
      const version = told.get('curve_version');
      const state = told.get('snapshotcloneserver_status') === 'active' ? 'leads' : 'standsBy';
      return { address, state, ...(version !== undefined && { version }) };
    });
  return Promise.all(addresses.map(ask));
}

async function member(course: Course, address: string, ask: () => Promise<Member>): Promise<Member> {
  try {
    return await ask();
  } catch (error) {
    course.step();
    return { address, state: 'offline', error: (error as Error).message };
  }
}
