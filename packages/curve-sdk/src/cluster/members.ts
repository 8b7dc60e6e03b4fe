import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { type PageRequest, wholePage } from './page.js';
import { vars } from './vars.js';

/** How a server that is one of several is doing. */
export interface Member {
  /** `ip:port` of its service. */
  readonly address: string;
  /**
   * `leads`: it does the work; `standsBy`: another one does; `silent`: an MDS or snapshot-clone server that does not answer
   * at its service's port, because it stands by or does not run, which its dummy port would tell; `offline`: it does not
   * answer, or not as such a server does.
   */
  readonly state: 'leads' | 'standsBy' | 'silent' | 'offline';
  /** What it was built as, where it said so. */
  readonly version?: string;
  /** Why it is offline or silent. */
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
  /**
   * Their dummy ports, in that order, or the one that all have (tools.conf: `snapshotCloneDummyPort`). With them one that
   * stands by is told from one that does not run.
   *
   * @default none
   */
  readonly snapshotCloneDummyPorts?: number | readonly number[] | undefined;
}

/** How long a member is waited for. */
type Time = Pick<PageRequest, 'patience' | 'until'>;
type Ports = number | readonly number[] | undefined;

/** Servers of which only the one that leads serves its port, and what it says then (curve-cluster.md §4). */
interface Role {
  readonly variable: string;
  readonly leads: string;
  readonly standsBy: string;
}

const MDS: Role = { variable: 'mds_status', leads: 'leader', standsBy: 'follower' };
const SNAPSHOT_CLONE: Role = {
  variable: 'snapshotcloneserver_status',
  leads: 'active',
  standsBy: 'standby',
};

export function mdsMembers(
  connection: Connection,
  course: Course,
  ports: Ports,
  time: Time,
): Promise<Member[]> {
  return membersOf(MDS, course, connection.native.mdsAddresses(), ports, time);
}

export function snapshotMembers(
  course: Course,
  addresses: readonly string[],
  ports: Ports,
  time: Time,
): Promise<Member[]> {
  return membersOf(SNAPSHOT_CLONE, course, addresses, ports, time);
}

export function etcdMembers(course: Course, addresses: readonly string[], time: Time): Promise<Member[]> {
  const ask = (address: string) =>
    member(course, address, 'offline', async () => {
      const text = await wholePage(course, {
        ...{ address, path: '/v3/maintenance/status', post: '{}' },
        ...time,
      });
      const { header, leader, version } = Object(parsed(text));
      const id: unknown = header?.member_id;
      // Without a leader etcd leaves that out.
      if (!isId(id) || !(leader === undefined || isId(leader))) throw new Error('it does not tell who it is');
      const state = leader === id ? 'leads' : 'standsBy';
      return { address, state, ...(typeof version === 'string' && { version }) };
    });
  return Promise.all(addresses.map(ask));
}

function membersOf(
  role: Role,
  course: Course,
  addresses: readonly string[],
  ports: Ports,
  time: Time,
): Promise<Member[]> {
  const ask = (address: string, index: number) => {
    const dummy = typeof ports === 'number' ? ports : ports?.[index];
    const at = dummy === undefined ? address : `${address.split(':')[0]}:${dummy}`;
    return member(course, address, dummy === undefined ? 'silent' : 'offline', async () => {
      const told = await vars(course, { address: at, ...time }, [role.variable, 'curve_version']);
      const [status, version] = [told.get(role.variable), told.get('curve_version')];
      const state = status === role.leads ? 'leads' : status === role.standsBy ? 'standsBy' : 'offline';
      if (state === 'offline')
        return { address, state, error: `${at}: its ${role.variable} is ${status ?? 'not there'}` };
      return { address, state, ...(version !== undefined && { version }) };
    });
  };
  return Promise.all(addresses.map(ask));
}

/** What a member says; what it is when it does not. */
async function member(
  course: Course,
  address: string,
  otherwise: 'silent' | 'offline',
  ask: () => Promise<Member>,
): Promise<Member> {
  try {
    return await ask();
  } catch (error) {
    // Of the call itself, if that is what ended it.
    course.step();
    return { address, state: otherwise, error: (error as Error).message };
  }
}

/** etcd writes its ids as texts. */
function isId(value: unknown): boolean {
  return typeof value === 'string' && /^\d+$/.test(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('its answer is no JSON');
  }
}
