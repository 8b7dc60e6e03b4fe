import type { Metric } from 'prom-client';
import type { ClusterStatus, Member, Space } from '../index.js';
import { knownMetric, type Sample } from './metric.js';

const STATES = ['healthy', 'degraded', 'down'] as const;

/** How a cluster is doing; without a status, that it could not be asked. */
export function clusterMetrics(status: ClusterStatus | undefined): Metric[] {
  const up = [{ value: status === undefined ? 0 : 1 }];
  return [
    knownMetric('curve_cluster_up', 'gauge', 'Whether it could be asked how the cluster is doing', up),
    ...(status === undefined ? [] : statusMetrics(status)),
  ];
}

function statusMetrics(status: ClusterStatus): Metric[] {
  const { state, chunkservers, copysets, space } = status;
  const { problems, ...sets } = copysets;
  const by = (label: string, numbers: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(numbers).map(([name, value]) => ({ value, labels: { [label]: name } }));
  const gauge = (name: string, help: string, samples: readonly Sample[]) =>
    knownMetric(`curve_cluster_${name}`, 'gauge', help, samples);
  return [
    gauge(
      'state',
      '1 for the state that the cluster is in',
      by('state', Object.fromEntries(STATES.map(one => [one, one === state ? 1 : 0]))),
    ),
    gauge('chunkservers', 'Chunkservers by what they are', by('state', chunkservers)),
    gauge('copysets', 'Copysets by what they are', by('state', sets)),
    gauge('copyset_problems', 'Copysets by what is wrong with them', by('problem', problems)),
    gauge('member_up', 'Whether a server beside the chunkservers answers', [
      ...membersUp('mds', status.mds),
      ...membersUp('etcd', status.etcd),
      ...membersUp('snapshot-clone', status.snapshotClone),
    ]),
    ...(space === undefined
      ? []
      : [
          gauge(
            'space_bytes',
            'Space of the pools, on disks (physical) and as volumes are given it (logical)',
            space.pools.flatMap(({ name, physical, logical }) => [
              ...bytes(physical, { pool: name, kind: 'physical' }),
              ...bytes(logical, { pool: name, kind: 'logical' }),
            ]),
          ),
          gauge('recyclable_bytes', 'Space of the volumes in the recycle bin', [{ value: space.recyclable }]),
          gauge('created_bytes', 'Lengths of all volumes together', [{ value: space.created }]),
        ]),
  ];
}

/** Of one that is silent beside one that leads nobody knows: it may stand by. */
function membersUp(role: string, members: readonly Member[]): Sample[] {
  const led = members.some(({ state }) => state === 'leads');
  const known = members.filter(({ state }) => !(led && state === 'silent'));
  return known.map(({ address, state }) => ({
    value: state === 'leads' || state === 'standsBy' ? 1 : 0,
    labels: { role, address },
  }));
}

function bytes({ total, used, left }: Space, labels: Record<string, string>): Sample[] {
  return Object.entries({ total, used, left }).map(([of, value]) => ({ value, labels: { ...labels, of } }));
}
