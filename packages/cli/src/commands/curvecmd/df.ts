import type { PoolSpace } from '@curve-wcs/curve-sdk';
import { withCluster } from '../../curvecmd/connect.js';
import { curveCommand } from '../../curvecmd/curve-command.js';
import { formatBytes } from '../../terminal/quantities.js';

export const df = curveCommand({
  name: 'df',
  usage: '',
  minimum: 0,
  maximum: 0,
  summary: 'show the space of the cluster, by pool',
  details: `What volumes were given of a pool counts once; files on disks count as often as there are replicas.
Segments of volumes in the trash are given back when they are purged.
`,
  options: [{ long: 'bytes', short: 'b', description: 'sizes in bytes on a terminal, too' }],
  examples: ['df', 'df --json'],
  async run(context) {
    const { out, options } = context;
    const space = await withCluster(context, (client, call) => client.cluster.space(call));
    if (out.json) return out.value(space);
    const size = (bytes: number) =>
      options.has('bytes') || !out.tabular ? String(bytes) : formatBytes(bytes);
    const row = ({ name, logical, physical }: Omit<PoolSpace, 'id'>) => [
      ...[logical.total, logical.used, logical.left].map(size),
      percent(logical.used, logical.total),
      ...[physical.total, physical.used, physical.left].map(size),
      name,
    ];
    const headings = ['total', 'used', 'left', 'use', 'on disks', 'used there', 'left there', 'pool'];
    out.table(headings, [...space.pools.map(row), row({ name: 'all', ...space })]);
    out.notice(`${size(space.recyclable)} in the trash; volumes have ${size(space.created)} together`);
  },
});

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${Math.ceil((100 * part) / whole)}%`;
}
