import type { CallOptions, Snapshots } from '@curve-wcs/curve-sdk';
import { configError } from '../../cli-error.js';
import { withClient } from '../connect.js';
import type { CurveContext } from '../curve-command.js';

/** Where the service of snapshots is: client.conf does not say. */
export const SNAPSHOT_CLONE = {
  long: 'snapshot-clone',
  argument: 'ADDRESSES',
  description: 'the snapshot-clone servers, separated by commas; default $CURVE_SNAPSHOT_CLONE',
} as const;

/** Asks that a command ends only when what it begins has ended. */
export const FOLLOW = { long: 'follow', description: 'until it is done, and show how far it is' } as const;

export const LAZY = {
  long: 'lazy',
  description: 'the volume can be used at once, and reads from its source until it is flattened',
} as const;

export const ALL_USERS = { long: 'all-users', description: 'also those of other users' } as const;

/** Connects to the cluster and its snapshot-clone servers, and does a command's work. */
export function withSnapshots<Result>(
  context: CurveContext<'snapshot-clone'>,
  work: (snapshots: Snapshots, call: CallOptions) => Promise<Result>,
): Promise<Result> {
  const { io, options } = context;
  const given = options.text('snapshot-clone') || io.env['CURVE_SNAPSHOT_CLONE'];
  if (!given)
    throw configError('no snapshot-clone servers are given', {
      hint: 'name them with --snapshot-clone ADDRESSES or CURVE_SNAPSHOT_CLONE',
    });
  const snapshotClone = given.split(',').map(address => address.trim());
  return withClient(context, (client, call) => work(client.snapshots, call), { snapshotClone });
}
