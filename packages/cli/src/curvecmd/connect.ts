import type { CallOptions, CurveClient, CurveConfig } from '@curve-wcs/curve-sdk';
import { checkConf, confPath } from './conf-path.js';
import { type Credentials, readCredentials } from './credentials.js';
import type { CurveContext } from './curve-command.js';
import { watchWaits } from './watch-waits.js';

/** How long the cluster may take to be told that volumes are closed, in milliseconds. */
const CLOSING = 5000;

/** What every call of a command gets: Ctrl-C ends it, and so does the deadline of `--deadline`. */
export function callOptions({ io, options }: CurveContext): CallOptions {
  return { signal: io.signal, deadline: options.duration('deadline') };
}

/**
 * Connects to the cluster, does a command's work, and closes what it has opened whatever came of it.
 *
 * @param how - `read`: what else is made of the configuration; `snapshotClone`: the snapshot-clone servers
 */
export function withClient<Result>(
  context: CurveContext,
  work: (client: CurveClient, call: CallOptions) => Promise<Result>,
  { read = asItIs, snapshotClone }: { read?: ReadConf; snapshotClone?: readonly string[] } = {},
): Promise<Result> {
  const credentials = () => readCredentials(context);
  return connected(context, { credentials, lazy: false, read, snapshotClone }, work);
}

/** The same for what anybody may ask, and of a cluster that may not answer: no user need be given. */
export function withCluster<Result>(
  context: CurveContext,
  work: (client: CurveClient, call: CallOptions) => Promise<Result>,
): Promise<Result> {
  const credentials = () => readCredentials(context, ANYBODY);
  return connected(context, { credentials, lazy: true, read: asItIs }, work);
}

/** Who asks if nobody is named. */
const ANYBODY = 'curvecmd';

/** What is made of a client.conf. */
type ReadConf = (path: string) => Promise<CurveConfig>;

const asItIs: ReadConf = async path => path;

async function connected<Result>(
  context: CurveContext,
  {
    credentials,
    lazy,
    read,
    snapshotClone,
  }: {
    credentials: () => Promise<Credentials>;
    lazy: boolean;
    read: ReadConf;
    snapshotClone?: readonly string[] | undefined;
  },
  work: (client: CurveClient, call: CallOptions) => Promise<Result>,
): Promise<Result> {
  const { out } = context;
  const call = callOptions(context);
  const user = await credentials();
  const conf = confPath(context);
  await checkConf(conf);
  out.detail(`configuration from ${conf}, user ${user.name}`);
  const { CurveClient } = await import('@curve-wcs/curve-sdk');
  const client = await CurveClient.connect(await read(conf), { user, lazy, snapshotClone, ...call });
  const watched = watchWaits(client, context.io, out);
  try {
    return await work(client, call);
  } finally {
    watched();
    // What was to be done is done, or has failed for a reason of its own.
    await client.close({ deadline: CLOSING }).catch(error => out.detail(`not closed: ${error.message}`));
  }
}
