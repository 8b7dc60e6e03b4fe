import { CurveClient } from '../../src/index.js';
import { hammer } from './hammer.js';

/** {@link hammer} as the other party, of the cluster that the first argument is the client.conf of. */
await using curve = await CurveClient.connect(process.argv[2] ?? '', { user: 'stress' });
const acknowledged = await hammer([await curve.open('/volume'), await curve.open('/volume')], 1);
process.send?.(acknowledged);
process.disconnect();
