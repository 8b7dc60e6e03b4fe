import type { StatusOptions } from '@curve-wcs/curve-sdk';
import { usageError } from '../../cli-error.js';
import type { OptionDefinition } from '../../options/option-definition.js';
import type { OptionValues } from '../../options/option-values.js';

/** What `status` looks at beside the chunkservers. */
export const STATUS_OPTIONS = [
  { long: 'etcd', argument: 'ADDRESSES', description: 'also etcd, at these addresses, separated by commas' },
  {
    long: 'snapshot-clone',
    argument: 'ADDRESSES',
    description: 'also the snapshot-clone servers, at these addresses',
  },
  {
    long: 'mds-dummy-port',
    argument: 'PORTS',
    description: 'ask the MDSs there, to tell those that stand by from those that are down',
  },
  {
    long: 'snapshot-clone-dummy-port',
    argument: 'PORTS',
    description: 'ask the snapshot-clone servers there, for the same reason',
  },
  { long: 'patience', argument: 'TIME', description: 'how long a server may be silent; default 3s' },
] as const satisfies readonly OptionDefinition[];

/** The options given, as the SDK takes them. */
export function statusOptions(
  options: OptionValues<(typeof STATUS_OPTIONS)[number]['long']>,
): Omit<StatusOptions, 'signal' | 'deadline'> {
  return {
    etcd: list(options.text('etcd')),
    snapshotClone: list(options.text('snapshot-clone')),
    mdsDummyPorts: ports('mds-dummy-port', options.text('mds-dummy-port')),
    snapshotCloneDummyPorts: ports('snapshot-clone-dummy-port', options.text('snapshot-clone-dummy-port')),
    patience: options.duration('patience'),
  };
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(',').map(one => one.trim());
}

function ports(option: string, text: string | undefined): number | number[] | undefined {
  const all = list(text)?.map(one => (/^\d{1,5}$/.test(one) ? Number(one) : Number.NaN));
  if (all?.some(Number.isNaN)) throw usageError(`--${option} must be ports; it is ${JSON.stringify(text)}`);
  return all?.length === 1 ? all[0] : all;
}
