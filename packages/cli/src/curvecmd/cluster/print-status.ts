import type { ClusterStatus, Member } from '@curve-wcs/curve-sdk';
import type { Colors } from '../../terminal/colors.js';
import type { Output } from '../../terminal/output.js';
import { formatBytes } from '../../terminal/quantities.js';
import { visible } from '../../terminal/visible.js';

/** Prints how a cluster is doing: what is wrong in a colour, what is well in none. */
export function printStatus(out: Output, status: ClusterStatus): void {
  const { bold, ...colors } = out.colors;
  const lines = fields(status).map(
    ([name, text, paint]) => `${bold(name)}: ${paint ? colors[paint](visible(text)) : visible(text)}\n`,
  );
  out.text(lines.join(''));
}

type Paint = Exclude<keyof Colors, 'bold'> | undefined;

const STATES: Readonly<Record<ClusterStatus['state'], Paint>> = {
  healthy: 'green',
  degraded: 'yellow',
  down: 'red',
};

function fields(status: ClusterStatus): [name: string, text: string, paint?: Paint][] {
  const { state, reasons, clusterId, mds, etcd, snapshotClone, chunkservers, copysets, space } = status;
  const paint = STATES[state];
  const { total, online, unstable, offline, silent } = chunkservers;
  const servers = counts({ online, unstable, offline, silent });
  const problems = counts(copysets.problems);
  return [
    ['state', state, paint],
    ...reasons.map(({ says }): [string, string, Paint] => ['reason', says, paint]),
    ...(clusterId === undefined ? [] : ([['cluster', clusterId]] as [string, string][])),
    ...members('mds', mds),
    ...members('etcd', etcd),
    ...members('snapshot-clone', snapshotClone),
    ['chunkservers', `${total}${servers && `: ${servers}`}`],
    [
      'copysets',
      `${copysets.total}: ${copysets.unhealthy} unhealthy, ${copysets.unusable} unusable${problems && ` (${problems})`}`,
    ],
    ...(space === undefined
      ? []
      : ([
          ['space', of(space.logical.used, space.logical.total, space.logical.left)],
          ['disks', of(space.physical.used, space.physical.total, space.physical.left)],
        ] as [string, string][])),
  ];
}

function members(name: string, all: readonly Member[]): [string, string, Paint][] {
  const says = {
    leads: 'leads',
    standsBy: 'stands by',
    silent: 'stands by, or does not run',
    offline: 'does not answer',
  };
  return all.map(({ address, state, version }) => [
    name,
    `${address} ${says[state]}${version && version !== 'unknown' ? `, version ${version}` : ''}`,
    state === 'offline' ? 'red' : undefined,
  ]);
}

function counts(numbers: Readonly<Record<string, number>>): string {
  const some = Object.entries(numbers).filter(([, number]) => number > 0);
  return some.map(([name, number]) => `${number} ${name}`).join(', ');
}

function of(used: number, total: number, left: number): string {
  return `${formatBytes(used)} of ${formatBytes(total)}, ${formatBytes(left)} left`;
}
